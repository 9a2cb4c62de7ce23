package dev.sluice.engine;

/** Something that happened on any thread and is handled on the dispatcher's home loop. */
@FunctionalInterface
interface Signal {
    /** Runs on the home loop, never at the same time as another signal of the dispatcher. */
    void handle();
}

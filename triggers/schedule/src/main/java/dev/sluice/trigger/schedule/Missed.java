package dev.sluice.trigger.schedule;

/** What becomes of times that passed while no engine ran, by more than a minute. */
public enum Missed {
    /** Nothing. */
    SKIP,
    /** The last of them is fired. */
    ONCE,
    /** All are fired, the last 100 at most. */
    ALL
}

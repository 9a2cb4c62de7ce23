package dev.sluice.engine;

import java.util.concurrent.atomic.LongAdder;

/** What happened on a pipeline since it was made; written by the home loop, read by anyone. */
final class PipelineCounts {
    final Count received = new Count();
    /** What received events stand for beside themselves, by their sampledrate. */
    final Count unseen = new Count();

    final Count filtered = new Count();
    final Count filterErrors = new Count();
    final Count expired = new Count();
    final Count runs = new Count();
    final Count runNanos = new Count();
    final Count done = new Count();
    final Count succeeded = new Count();
    final Count failed = new Count();
    final Count timeouts = new Count();
    final Count abandoned = new Count();
    final Count retried = new Count();
    final Count deadLettered = new Count();
    final Count deadLetterFailures = new Count();
    final Count acceptFailures = new Count();
    final Count looped = new Count();
    final Count dropped = new Count();
    final Count released = new Count();
    final Count answers = new Count();
    final Count pauses = new Count();
    final Count retriesPutOff = new Count();
    final Count streamRestarts = new Count();
    /** Written by any thread, unlike the others. */
    final LongAdder callsRefused = new LongAdder();
    /** Of these, the ones over the trigger's rate; written by any thread. */
    final LongAdder callsOverRate = new LongAdder();

    /** Counts what another has of runs as well; on the loop. */
    void addRuns(PipelineCounts other) {
        runs.add(other.runs.get());
        runNanos.add(other.runNanos.get());
        succeeded.add(other.succeeded.get());
        failed.add(other.failed.get());
        timeouts.add(other.timeouts.get());
    }
}

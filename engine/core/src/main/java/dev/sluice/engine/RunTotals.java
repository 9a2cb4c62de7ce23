package dev.sluice.engine;

/**
 * How a function's runs ended, over all triggers of a kind; summed up when somebody asks, from any thread.
 */
final class RunTotals {
    private final Roster roster;
    private final boolean calls;

    /**
     * @param roster the function's triggers
     * @param calls whether those that callers use are meant, or those that read topics
     */
    RunTotals(Roster roster, boolean calls) {
        this.roster = roster;
        this.calls = calls;
    }

    long ended() {
        return roster.sum(calls, counts -> counts.runs.get());
    }

    long nanos() {
        return roster.sum(calls, counts -> counts.runNanos.get());
    }

    long succeeded() {
        return roster.sum(calls, counts -> counts.succeeded.get());
    }

    long failed() {
        return roster.sum(calls, counts -> counts.failed.get());
    }

    long timedOut() {
        return roster.sum(calls, counts -> counts.timeouts.get());
    }
}

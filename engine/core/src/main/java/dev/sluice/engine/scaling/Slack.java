package dev.sluice.engine.scaling;

/** Whether slots have stood free for a second though events wait: then it is not slots that they wait for. */
final class Slack {
    static final double FULL = 0.9;

    private final Lasting waiting = new Lasting();
    private final Lasting behindKeys = new Lasting();

    /** Since when something has held without a break. */
    private static final class Lasting {
        private static final long PROOF_NANOS = 1_000_000_000L;
        private boolean holds;
        private long sinceNanos;
        private boolean proven;

        void observe(boolean now, long nowNanos) {
            if (now && !holds) {
                sinceNanos = nowNanos;
            }
            holds = now;
            proven = now && nowNanos - sinceNanos >= PROOF_NANOS;
        }
    }

    /** Looks at the load; to be called with every one. */
    void observe(Load load, int concurrency) {
        var capacity = (double) load.instances().ready() * concurrency;
        var leased = load.slots().leased();
        var backlog = load.backlog();
        var free = capacity > 0 && leased < FULL * capacity;
        waiting.observe(free && backlog.events() > 0, load.nowNanos());
        // A few wait behind their keys wherever events have any; as many as run are what a person asks about.
        var queued = backlog.blocked().behindKeys() >= Math.max(1, leased);
        behindKeys.observe(free && backlog.here() == 0 && queued, load.nowNanos());
    }

    /** Whether slots stand free though events wait that count as such. */
    boolean free() {
        return waiting.proven;
    }

    /** Whether slots stand free though at least as many events wait behind their keys as run, and none for a slot. */
    boolean behindKeys() {
        return behindKeys.proven;
    }
}

package dev.sluice.engine.scaling;

/** Whether slots have stood free for a second though events wait: then it is not slots that they wait for. */
final class Slack {
    static final double FULL = 0.9;
    private static final long PROOF_NANOS = 1_000_000_000L;

    private boolean free;
    private long sinceNanos;

    /** Whether it holds now. */
    boolean observe(Load load, int concurrency) {
        var capacity = (double) load.instances().ready() * concurrency;
        var freeNow =
                capacity > 0 && load.backlog().events() > 0 && load.slots().leased() < FULL * capacity;
        if (freeNow && !free) {
            sinceNanos = load.nowNanos();
        }
        free = freeNow;
        return free && load.nowNanos() - sinceNanos >= PROOF_NANOS;
    }
}

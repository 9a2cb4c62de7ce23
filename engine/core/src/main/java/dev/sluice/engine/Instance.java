package dev.sluice.engine;

/** One handler object with its slots. Written by the dispatcher's loop only. */
final class Instance {
    final Handler handler;
    final Version version;
    /** Of the function's instances, counted from 1 as they started. */
    final int number;

    private final int slots;
    private int leased;
    private int zombies;
    private boolean drains;

    Instance(Handler handler, Version version, int number) {
        this.handler = handler;
        this.number = number;
        this.version = version;
        this.slots = version.spec.concurrency();
    }

    int slots() {
        return slots;
    }

    int leased() {
        return leased;
    }

    int free() {
        return slots - leased;
    }

    void lease() {
        leased++;
    }

    void giveBack() {
        leased--;
    }

    /** Whether it gets leases. */
    boolean serves() {
        return !drains;
    }

    void drain() {
        drains = true;
    }

    /**
     * Counts a run that ignores its cancel, or the end of one.
     *
     * @return whether there are more than a tenth of its slots, and more than one
     */
    boolean zombie(int change) {
        zombies += change;
        return zombies > Math.max(1, slots / 10);
    }
}

package dev.sluice.engine;

/**
 * Keeps retries from crowding out first tries: each fresh start earns a quarter of a retry, saved up to a tenth of the
 * capacity and at least one. It is asked only while fresh events compete for the slots; without them retries are free.
 */
final class RetryBudget {
    private static final double EARNED_PER_START = 0.25;

    private double saved = 1;
    private double savedMax = 1;

    /** Adapts to the number of slots. */
    void capacity(int slots) {
        savedMax = Math.max(1, slots / 10.0);
        saved = Math.min(saved, savedMax);
    }

    /** A first try began. */
    void freshStart() {
        saved = Math.min(savedMax, saved + EARNED_PER_START);
    }

    /** Whether a retry may run now; takes it from what was saved. */
    boolean spend() {
        if (saved < 1) {
            return false;
        }
        saved -= 1;
        return true;
    }
}

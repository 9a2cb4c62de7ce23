package dev.sluice.engine;

/** How long a function's slots were in use, and by how many tries; of its home loop. */
final class Leases {
    /** The sum of the times at which the tries that hold a slot have got it; only its differences mean something. */
    private long starts;

    private long nanos;
    private long ended;
    private long settled;

    /** A slot was leased. */
    void begun(long startNanos) {
        starts += startNanos;
    }

    /** A slot is free again, after a try of so many events. */
    void ended(long startNanos, long ranNanos, int events) {
        starts -= startNanos;
        nanos += ranNanos;
        ended++;
        settled += events;
    }

    /** Time that slots were in use, summed over slots, those included that are in use now. */
    long nanos(int leasedNow, long now) {
        return nanos + leasedNow * now - starts;
    }

    /** Tries that ended, a batch is one. */
    long ended() {
        return ended;
    }

    /** How long those took together. */
    long ranNanos() {
        return nanos;
    }

    /** Tries that ended, those of a batch counted one by one. */
    long settled() {
        return settled;
    }
}

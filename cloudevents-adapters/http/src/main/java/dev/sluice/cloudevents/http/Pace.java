package dev.sluice.cloudevents.http;

/**
 * A token bucket that keeps a rate per minute: in no 60 seconds are more taken than the rate. A tenth of them may be taken
 * at once; what was saved up for that is earned more slowly. Written as the time at which the bucket would be full again,
 * so that it needs no timer. Pure: time is an argument. For one thread.
 */
final class Pace {
    /** No limit. */
    static final int ANY = 0;

    private static final long MINUTE_NANOS = 60_000_000_000L;

    private final long betweenNanos;
    private final long savedNanos;
    private long fullAt = Long.MIN_VALUE / 2;

    /** @param perMinute the rate; {@link #ANY} for none */
    Pace(int perMinute) {
        int atOnce = Math.max(1, perMinute / 10);
        int earned = atOnce == 1 ? perMinute : perMinute - atOnce;
        this.betweenNanos = perMinute == ANY ? 0 : (MINUTE_NANOS + earned - 1) / earned;
        this.savedNanos = (atOnce - 1) * betweenNanos;
    }

    /** From when on the next one may be taken; the past when that is now. */
    long nextAt() {
        return fullAt - savedNanos;
    }

    /** Takes one, at {@link #nextAt} or later. */
    void take(long atNanos) {
        fullAt = Math.max(fullAt, atNanos) + betweenNanos;
    }
}

package dev.sluice.trigger.http;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the ingress holds at the moment, against its limits. Safe for any number of threads. */
final class Occupancy {
    private final int requestsMax;
    private final long bytesMax;
    private final int tailsMax;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger tails = new AtomicInteger();

    Occupancy(HttpLimits limits) {
        this.requestsMax = limits.requestsInFlight();
        this.bytesMax = limits.bytesInFlight();
        this.tailsMax = limits.tailSubscribers();
    }

    /** Counts a request in; false, and nothing counted, when there is no room. */
    boolean enter() {
        return take(requests, requestsMax);
    }

    /** Counts a request out, with the bytes that it took. */
    void leave(long taken) {
        requests.decrementAndGet();
        if (taken != 0) {
            bytes.addAndGet(-taken);
        }
    }

    /** Takes bytes for a body; false, and nothing taken, when there is no room. */
    boolean take(long more) {
        if (bytes.addAndGet(more) <= bytesMax) {
            return true;
        }
        bytes.addAndGet(-more);
        return false;
    }

    boolean enterTail() {
        return take(tails, tailsMax);
    }

    void leaveTail() {
        tails.decrementAndGet();
    }

    int requests() {
        return requests.get();
    }

    long bytes() {
        return bytes.get();
    }

    int tails() {
        return tails.get();
    }

    private static boolean take(AtomicInteger counter, int max) {
        if (counter.incrementAndGet() <= max) {
            return true;
        }
        counter.decrementAndGet();
        return false;
    }
}

package dev.sluice.trigger.topic;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many records came, and how many of them each trigger got. Written by the source's signals, which come one after
 * another, and read by anyone. A record is counted for its triggers before it is counted at all, and read the other way
 * round: so what a trigger has skipped is never read too high.
 */
final class Tally {
    private final AtomicLong came = new AtomicLong();
    private final AtomicLongArray got;

    Tally(int triggers) {
        this.got = new AtomicLongArray(triggers);
    }

    void count(int[] triggers) {
        for (var trigger : triggers) {
            got.setRelease(trigger, got.getPlain(trigger) + 1);
        }
        came.setRelease(came.getPlain() + 1);
    }

    long came() {
        return came.getAcquire();
    }

    /** Records that came and that the trigger did not get. */
    long skipped(int trigger) {
        var all = came.getAcquire();
        return all - got.getAcquire(trigger);
    }
}

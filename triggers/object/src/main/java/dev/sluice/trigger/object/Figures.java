package dev.sluice.trigger.object;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What a trigger's source has done, for those who look from outside. Written by one thread at a time, read by any. */
final class Figures {
    private final Counter storedMeter;
    private final Timer passMeter;
    private final AtomicLong stored = new AtomicLong();
    private volatile long looked;
    private volatile long scanned;
    private volatile int waiting;
    private volatile int known;
    private volatile @Nullable Instant lastPass;
    private volatile long passNanos;
    private long beganNanos;
    private long lookedThisPass;

    Figures(Counter storedMeter, Timer passMeter) {
        this.storedMeter = storedMeter;
        this.passMeter = passMeter;
    }

    void stored(int events) {
        stored.addAndGet(events);
        storedMeter.increment(events);
    }

    void looked() {
        lookedThisPass++;
        // Told now and then: a pass may take minutes.
        if ((lookedThisPass & 1023) == 0) {
            looked = lookedThisPass;
        }
    }

    void passBegan(long nowNanos) {
        beganNanos = nowNanos;
        lookedThisPass = 0;
        looked = 0;
    }

    void passEnded(long nowNanos, Instant now, int filesWaiting, int objectsKnown) {
        passNanos = nowNanos - beganNanos;
        passMeter.record(Duration.ofNanos(passNanos));
        scanned = lookedThisPass;
        looked = lookedThisPass;
        lastPass = now;
        waiting = filesWaiting;
        known = objectsKnown;
    }

    void known(int objects) {
        known = objects;
    }

    long stored() {
        return stored.get();
    }

    /** Objects that the last whole pass saw, or the one that is under way if those are more. */
    long scanned() {
        return Math.max(scanned, looked);
    }

    int waiting() {
        return waiting;
    }

    int known() {
        return known;
    }

    @Nullable
    Instant lastPass() {
        return lastPass;
    }

    Duration passTook() {
        return Duration.ofNanos(passNanos);
    }
}

package dev.sluice.load.dial;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * What a reactive handler waits for, as it would for another service: a Mono that ends after a fixed time, on a thread
 * of its own. All waits are equally long, so a plain queue keeps them in order; a wait costs a tenth of what
 * {@code Mono.delay} does, which at 100,000 events a second would be most of what is measured, on both sides.
 */
public final class FixedDelay {
    private final long nanos;
    private final Queue<Wait> waits = new ConcurrentLinkedQueue<>();

    private record Wait(long since, MonoSink<Long> sink) {}

    /** Starts its thread, a daemon. */
    public FixedDelay(Duration delay) {
        nanos = delay.toNanos();
        var thread = new Thread(this::run, "fixed-delay");
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits, from the subscription on, and answers with the nanoseconds that it really took. */
    public Mono<Long> await() {
        return Mono.create(sink -> waits.add(new Wait(System.nanoTime(), sink)));
    }

    private void run() {
        while (true) {
            var next = waits.peek();
            if (next == null) {
                // No wait that begins meanwhile is due sooner than this.
                LockSupport.parkNanos(nanos / 2);
                continue;
            }
            var passed = System.nanoTime() - next.since;
            if (passed < nanos) {
                LockSupport.parkNanos(nanos - passed);
            } else {
                waits.remove();
                next.sink.success(passed);
            }
        }
    }
}

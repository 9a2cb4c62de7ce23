package dev.sluice.broker.kafka;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * How other threads get the poll thread's attention. Whatever they want of it they write first and call {@link #wake}
 * then; the poll thread looks at it in its next turn, which is at once when it waits here, and soon when it works.
 *
 * <p>Kafka's own wake-up hits the next call that can block, be it a poll or a commit. So it is only sent while the
 * poll thread is inside a poll, which is left by an atomic step; and since one that was sent may strike after the poll
 * ended by itself, every other call that can block is made by {@link #undisturbed}, which makes it once more when it
 * was struck.
 *
 * <p>Memory order: {@code called} is written before {@code state} is read by who wakes, and read after {@code state}
 * was written by who is about to wait; both are volatile, so one of the two sees the other.
 */
final class PollGate {
    private static final int BUSY = 0;
    private static final int POLLING = 1;
    private static final int WOKEN = 2;
    private static final int PARKED = 3;

    private final LongSupplier clock;
    private final AtomicLong wakeups = new AtomicLong();
    private final AtomicInteger state = new AtomicInteger(BUSY);
    private volatile boolean called;
    private volatile @Nullable Thread thread;
    private volatile @Nullable Consumer<?, ?> polled;

    /** @param clock nanoseconds that only go up */
    PollGate(LongSupplier clock) {
        this.clock = clock;
    }

    // ---- any thread

    /** Has the poll thread look at what the caller has written. */
    void wake() {
        called = true;
        var now = state.get();
        if (now == PARKED) {
            LockSupport.unpark(thread);
        } else if (now == POLLING && state.compareAndSet(POLLING, WOKEN)) {
            var consumer = polled;
            if (consumer != null) {
                wakeups.incrementAndGet();
                consumer.wakeup();
            }
        }
    }

    /** Polls that were cut short. */
    long wakeups() {
        return wakeups.get();
    }

    // ---- the poll thread

    long nanos() {
        return clock.getAsLong();
    }

    /** Begins a turn, which looks at everything: calls up to now are answered by it. */
    void answer() {
        called = false;
    }

    /** Polls; at once when called, and ended by a call. */
    <K, V> ConsumerRecords<K, V> poll(Consumer<K, V> consumer, long nanosMax) {
        polled = consumer;
        state.set(POLLING);
        try {
            return consumer.poll(called || nanosMax <= 0 ? Duration.ZERO : Duration.ofNanos(nanosMax));
        } catch (WakeupException struck) {
            return ConsumerRecords.empty();
        } finally {
            state.set(BUSY);
        }
    }

    /** What Kafka has done from within a poll: calls don't disturb it and are answered once it is over. */
    void within(Runnable callback) {
        state.set(BUSY);
        try {
            callback.run();
        } finally {
            state.set(POLLING);
            var consumer = polled;
            if (called && consumer != null && state.compareAndSet(POLLING, WOKEN)) {
                consumer.wakeup();
            }
        }
    }

    /** Makes a call that a late wake-up may strike; none comes while it is made, so the second one is not struck. */
    <T> T undisturbed(Supplier<T> call) {
        try {
            return call.get();
        } catch (WakeupException late) {
            return call.get();
        }
    }

    /** Waits until the time comes, or the condition is seen to hold, which is looked at when called. */
    void await(long untilNanos, BooleanSupplier over) {
        thread = Thread.currentThread();
        while (true) {
            state.set(PARKED);
            var left = untilNanos - nanos();
            if (left <= 0 || over.getAsBoolean()) {
                state.set(BUSY);
                return;
            }
            LockSupport.parkNanos(this, left);
        }
    }

    /** Waits until the time comes or it is called. */
    void await(long untilNanos) {
        await(untilNanos, () -> called);
    }
}

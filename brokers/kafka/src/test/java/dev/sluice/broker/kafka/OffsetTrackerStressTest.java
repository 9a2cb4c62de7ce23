package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Threads settle what the poll thread registers and commits, all at once. */
class OffsetTrackerStressTest {
    private static final int RECORDS = 200_000;
    private static final int SETTLERS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final OffsetTracker tracker = new OffsetTracker(0, null, 1, 1_000);
    private final BlockingQueue<OpenOffset> lent = new ArrayBlockingQueue<>(2_000);
    private final AtomicIntegerArray settled = new AtomicIntegerArray(RECORDS);
    private final AtomicLong claims = new AtomicLong();

    /** Two threads race for each record: it is done once, and no snapshot says so before it is. */
    @Test
    void losesNoneAndCommitsNoneTooEarlyWhenManyThreadsSettle()
            throws InterruptedException, ExecutionException, TimeoutException {
        var threads = Executors.newFixedThreadPool(SETTLERS);
        try {
            var settlers = new ArrayList<Future<?>>();
            for (var i = 0; i < SETTLERS; i++) {
                settlers.add(threads.submit(this::settle));
            }
            poll();
            for (var settler : settlers) {
                settler.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(tracker.open()).isZero();
        assertThat(tracker.position()).isEqualTo(RECORDS);
        assertThat(tracker.settled()).isEqualTo(RECORDS);
        assertThat(claims).hasValue(RECORDS);
    }

    private void poll() throws InterruptedException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (tracker.position() < RECORDS) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            if (tracker.next() == RECORDS || !tracker.hasRoom(500)) {
                Thread.onSpinWait();
            } else {
                register();
            }
            check(tracker.snapshot(false));
        }
    }

    private void register() throws InterruptedException {
        for (var i = 0; i < 500 && tracker.next() < RECORDS; i++) {
            var record = new OpenOffset(tracker.next());
            tracker.delivered(record);
            lent.put(record);
            lent.put(record);
        }
    }

    private void settle() {
        try {
            for (var record = lent.poll(5, TimeUnit.SECONDS);
                    record != null;
                    record = claims.get() == RECORDS ? lent.poll() : lent.poll(5, TimeUnit.SECONDS)) {
                tracker.tries(record, 1);
                settled.set((int) record.offset(), 1);
                if (tracker.done(record)) {
                    claims.incrementAndGet();
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void check(CommitMetadata snapshot) {
        if (snapshot.position() > 0) {
            assertThat(settled.get((int) snapshot.position() - 1)).isOne();
        }
        for (var run = 0; run < snapshot.runs(); run++) {
            for (var offset = snapshot.runStart(run); offset < snapshot.runEnd(run); offset++) {
                if (settled.get((int) offset) == 0) {
                    throw new AssertionError(offset + " is committed and not done");
                }
            }
        }
    }
}

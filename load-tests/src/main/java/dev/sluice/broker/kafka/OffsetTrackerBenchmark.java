package dev.sluice.broker.kafka;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the bookkeeping of offsets costs for each record: its registration, its settling, its part in what the poll
 * thread asks. On one thread, with 256 records open at most. In this package to reach it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class OffsetTrackerBenchmark {
    private static final int OPEN = 256;
    private static final int POLL = 32;

    /** In which order records are settled. */
    @Param({"begun", "shuffled"})
    private String order = "begun";

    private final int[] turns = new int[OPEN];
    private final OpenOffset[] records = new OpenOffset[OPEN];
    private OffsetTracker tracker = new OffsetTracker(0, null, 7, OPEN + POLL);

    /** Draws the order, the same in every run. */
    @Setup
    public void draw() {
        var random = new Random(1);
        for (var i = 0; i < OPEN; i++) {
            var other = order.equals("begun") ? i : random.nextInt(i + 1);
            turns[i] = turns[other];
            turns[other] = i;
        }
    }

    /** A tracker that has nothing behind it. */
    @Setup(Level.Iteration)
    public void begin() {
        tracker = new OffsetTracker(0, null, 7, OPEN + POLL);
    }

    /** Registers as many as may be open, and settles all; the poll thread looks after every 32. */
    @Benchmark
    @OperationsPerInvocation(OPEN)
    public long beginAndSettle() {
        for (var i = 0; i < OPEN; i++) {
            var record = new OpenOffset(tracker.next());
            tracker.delivered(record);
            records[i] = record;
        }
        var seen = 0L;
        for (var i = 0; i < OPEN; i++) {
            tracker.done(records[turns[i]]);
            if (i % POLL == POLL - 1) {
                seen += tracker.hasRoom(POLL) ? tracker.position() : 0;
            }
        }
        return seen;
    }
}

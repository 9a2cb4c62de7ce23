package dev.sluice.broker.kafka;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one commit of a partition costs beside the request: what is done, of this moment, as text. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class CommitMetadataBenchmark {
    private static final int SPREAD = 4;

    /** Records that are open, each of them below three that are done. */
    @Param({"0", "100", "1000"})
    private int open;

    private OffsetTracker tracker = new OffsetTracker(0, null, 7, 1);

    /** Leaves one in four open. */
    @Setup
    public void settle() {
        tracker = new OffsetTracker(0, null, 7, open + SPREAD);
        for (var i = 0; i < open * SPREAD; i++) {
            var record = new OpenOffset(i);
            tracker.delivered(record);
            if (i % SPREAD > 0) {
                tracker.done(record);
            }
        }
        var text = encode();
        var found = CommitMetadata.decode(text, tracker.position());
        if (!(found instanceof CommitMetadata.Usable usable)
                || usable.metadata().runs() != open) {
            throw new IllegalStateException("not all of " + open + " runs are in " + text);
        }
    }

    /** The snapshot and its text. */
    @Benchmark
    public String encode() {
        return tracker.snapshot(true).encode();
    }
}

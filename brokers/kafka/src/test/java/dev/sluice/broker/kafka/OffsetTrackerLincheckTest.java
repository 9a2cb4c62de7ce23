package dev.sluice.broker.kafka;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What threads share of a tracker is linearizable: settling from any thread, all else from one; and the tries of each
 * record. Both together are not: a snapshot is of one moment, but its tries may be of a later one.
 */
@Param(name = "record", gen = IntGen.class, conf = "0:3")
@Tag("lincheck") // in a JVM of its own, see the pom
public class OffsetTrackerLincheckTest {
    private static final int RECORDS = 4;

    private final OffsetTracker tracker = new OffsetTracker(0, null, 1, 100);
    private final OpenOffset[] records = new OpenOffset[RECORDS];

    public OffsetTrackerLincheckTest() {
        for (var i = 0; i < RECORDS; i++) {
            records[i] = new OpenOffset(i);
            tracker.delivered(records[i]);
        }
    }

    @Operation
    public boolean done(@Param(name = "record") int record) {
        return tracker.done(records[record]);
    }

    @Operation
    public void tried(@Param(name = "record") int record) {
        tracker.tries(records[record], 3);
    }

    @Operation(nonParallelGroup = "poll")
    public long position() {
        return tracker.position();
    }

    @Operation(nonParallelGroup = "poll")
    public String snapshot() {
        var snapshot = tracker.snapshot(false);
        var runs = new StringBuilder().append(snapshot.position());
        for (var run = 0; run < snapshot.runs(); run++) {
            runs.append(' ').append(snapshot.runStart(run)).append('-').append(snapshot.runEnd(run));
        }
        return runs.toString();
    }

    @Operation(nonParallelGroup = "poll")
    public int triesOf(@Param(name = "record") int record) {
        return records[record].tries();
    }

    @Operation(nonParallelGroup = "poll")
    public void delivered() {
        tracker.delivered(new OpenOffset(tracker.next()));
    }

    @Test
    void settlesAsIfOneAfterAnotherWhereverThreadsInterleave() {
        new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(3)
                .iterations(5)
                .invocationsPerIteration(100)
                .check(OffsetTrackerLincheckTest.class);
    }

    @Test
    void settlesAsIfOneAfterAnotherUnderStress() {
        new StressOptions()
                .threads(3)
                .actorsPerThread(3)
                .iterations(5)
                .invocationsPerIteration(100)
                .check(OffsetTrackerLincheckTest.class);
    }
}

package dev.sluice.load;

import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.WireEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
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

/** Reading a batch as a whole, up to the largest that the limits let in: how long that keeps an event loop. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BatchBenchmark {
    private final JsonEventFormat json = new JsonEventFormat();
    private byte[] batch = {};

    /** Events of the batch. */
    @Param({"100", "1000"})
    private int events;

    /** The largest has 1,000 events and just fits 1 MiB. */
    @Setup
    public void write() {
        var one =
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/shop\",\"type\":\"com.acme.order.placed\",\"data\":{\"note\":\""
                        + "x".repeat(930) + "\"}}";
        batch = ("[" + one + ("," + one).repeat(events - 1) + "]").getBytes(StandardCharsets.UTF_8);
    }

    /** All of its events. */
    @Benchmark
    public List<WireEvent> read() {
        return json.readBatch(batch, 0, batch.length);
    }
}

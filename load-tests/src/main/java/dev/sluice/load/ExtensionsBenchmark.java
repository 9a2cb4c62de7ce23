package dev.sluice.load;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.function.EventExtensions;
import io.cloudevents.CloudEvent;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The two looks at extensions that the engine takes of every event: when it expires, and how many it stands for. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ExtensionsBenchmark {
    private final CloudEvent usual = event().build();
    private final CloudEvent asking = event().extension(EventExtensions.EXPIRY_TIME, "2036-01-02T03:04:05Z")
            .extension(EventExtensions.SAMPLED_RATE, 10)
            .build();

    private static WireEvent.Builder event() {
        return WireEvent.builder()
                .id("1")
                .source("/shop")
                .type("com.acme.order.placed")
                .extension("partitionkey", "customer-1")
                .extension("correlationid", "c-1")
                .extension("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    /** Of an event that has neither, as most. */
    @Benchmark
    public boolean absent() {
        return usual.getExtension(EventExtensions.EXPIRY_TIME) == null
                && usual.getExtension(EventExtensions.SAMPLED_RATE) == null;
    }

    /** Of an event that has both: the time is parsed. */
    @Benchmark
    public long present() {
        return EventExtensions.expiryTime(asking).orElseThrow().toEpochSecond() + EventExtensions.sampledRate(asking);
    }
}

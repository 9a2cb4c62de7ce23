package dev.sluice.load;

import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.cloudevents.sql.Filters;
import io.cloudevents.CloudEvent;
import java.util.List;
import java.util.Map;
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

/** What a trigger's filter costs for an event that passes, by its dialect. The event came from Kafka. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class FilterBenchmark {
    /** The dialect. */
    @Param({"exact", "prefix", "suffix", "cesql"})
    private String dialect = "exact";

    private final CloudEvent event = new Decoders().kafka();
    private EventFilter filter = EventFilter.PASS;

    /** Compiles it. */
    @Setup
    public void compile() {
        filter = Filters.compile(List.of(Map.of(
                dialect,
                switch (dialect) {
                    case "exact" -> Map.of("type", "com.acme.order.placed");
                    case "prefix" -> Map.of("type", "com.acme.order.");
                    case "suffix" -> Map.of("type", ".placed");
                    default -> "type = 'com.acme.order.placed' AND region LIKE 'eu-%'";
                })));
        if (!filter.test(event)) {
            throw new IllegalStateException("the event does not pass " + filter.describe());
        }
    }

    /** Whether the event passes. */
    @Benchmark
    public boolean test() {
        return filter.test(event);
    }
}

package dev.sluice.load;

import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.cloudevents.sql.FilterIndex;
import dev.sluice.cloudevents.sql.Filters;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
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

/**
 * What it costs to find the triggers of a group that an event is for, one of them all. It must not grow with how many
 * there are, half of which ask for a type and half for a begin of it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class FilterIndexBenchmark {
    /** Triggers of the group. */
    @Param({"1", "100", "1000"})
    private int triggers;

    private final CloudEvent event = new Decoders().kafka();
    private FilterIndex index = FilterIndex.of(List.of());

    /** Compiles the filters. */
    @Setup
    public void compile() {
        var filters = new ArrayList<EventFilter>();
        filters.add(filter("exact", "com.acme.order.placed"));
        for (var i = 1; i < triggers; i++) {
            filters.add(filter(i % 2 == 0 ? "exact" : "prefix", "com.acme.order." + i));
        }
        index = FilterIndex.of(filters);
        if (find().length != 1) {
            throw new IllegalStateException("the event passes " + find().length + " of " + triggers + " filters");
        }
    }

    private static EventFilter filter(String dialect, String type) {
        return Filters.compile(List.of(Map.of(dialect, Map.of("type", type))));
    }

    /** The triggers that get the event. */
    @Benchmark
    public int[] find() {
        return index.passing(event);
    }
}

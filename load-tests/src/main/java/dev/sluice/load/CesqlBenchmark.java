package dev.sluice.load;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.Cesql;
import dev.sluice.cloudevents.sql.CesqlResult;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.sql.EvaluationRuntime;
import io.cloudevents.sql.Expression;
import io.cloudevents.sql.Parser;
import io.cloudevents.sql.Result;
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

/** One evaluation of a CESQL expression, ours and the CloudEvents SDK's, each on an event of its own kind. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class CesqlBenchmark {
    /** What is evaluated. */
    @Param({
        "type = 'com.acme.order.placed'",
        "type LIKE 'com.acme.%' AND region = 'eu' AND priority > 2",
        "subject LIKE '%a%a%a%c'"
    })
    private String expression = "";

    private final WireEvent event = WireEvent.builder()
            .id("1")
            .source("/shop")
            .type("com.acme.order.placed")
            .subject("a".repeat(100))
            .extension("region", "eu")
            .extension("priority", 3)
            .build();
    private final CloudEvent sdkEvent = CloudEventBuilder.v1(event).build();
    private Cesql parsed = Cesql.parse("true");
    private Expression sdkParsed = Parser.parseDefault("true");

    /** Parses for both. */
    @Setup
    public void parse() {
        parsed = Cesql.parse(expression);
        sdkParsed = Parser.parseDefault(expression);
    }

    /** Ours, up to the first error, as a filter does it. */
    @Benchmark
    public CesqlResult evaluate() {
        return parsed.evaluateFailFast(event);
    }

    /** The SDK's. */
    @Benchmark
    public Result evaluateSdk() {
        return sdkParsed.evaluate(EvaluationRuntime.getDefault(), sdkEvent);
    }
}

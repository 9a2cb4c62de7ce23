package dev.sluice.load;

import dev.sluice.broker.EventSink;
import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.AnswerPolicy;
import dev.sluice.engine.BatchPolicy;
import dev.sluice.engine.DeliveryPolicy;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.FunctionCode;
import dev.sluice.engine.FunctionCodeException;
import dev.sluice.engine.FunctionSpec;
import dev.sluice.engine.TriggerSpec;
import dev.sluice.engine.WindowPolicy;
import dev.sluice.function.FunctionConfig;
import dev.sluice.load.handler.Nothing;
import dev.sluice.load.handler.NothingBatch;
import dev.sluice.load.handler.NothingStream;
import dev.sluice.load.handler.NothingWindow;
import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import reactor.core.publisher.Mono;

/**
 * The way of a topic's event through the engine to a function that does nothing, and its acceptance: delivered by a
 * foreign thread, put into its key's lane, run on the function's loop, settled. Without a broker and without decoding.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ReadBenchmark {
    private static final int EVENTS = 8_192;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** How the function takes events: one by one, in batches, in windows, or as a stream for life. */
    @Param({"one", "batch", "window", "stream"})
    private String takes = "one";

    private final CountedSource source = new CountedSource(new Decoders().kafka());
    private @Nullable Engine engine;

    /** Starts the engine and waits for its first event. */
    @Setup
    public void start() throws FunctionCodeException, InterruptedException {
        var started = Engine.create(EngineOptions.defaults(), new SimpleMeterRegistry());
        var code = FunctionCode.of("nothing", () -> function(takes));
        var batch = new BatchPolicy(500, Duration.ofMillis(1));
        var slots = takes.equals("one") ? 256 : 4;
        started.deploy(new FunctionSpec("nothing", code, 1, slots, Duration.ofSeconds(30), batch, FunctionConfig.EMPTY)
                .withWindow(WindowPolicy.DEFAULT.with(batch.size(), batch.within())));
        started.attach(new TriggerSpec(
                "reader",
                "nothing",
                "counted",
                source,
                Ordering.KEY,
                EventFilter.PASS,
                AnswerPolicy.none("nothing"),
                DeliveryPolicy.DEFAULT,
                new NoSink(),
                1));
        source.deliver(1);
        engine = started;
    }

    private static Object function(String takes) {
        return switch (takes) {
            case "one" -> new Nothing();
            case "batch" -> new NothingBatch();
            case "window" -> new NothingWindow();
            default -> new NothingStream();
        };
    }

    /** Ends the engine. */
    @TearDown
    public void stop() {
        Objects.requireNonNull(engine).drain(Duration.ofSeconds(1)).block(LIMIT);
    }

    /** Delivers events and waits until all are accepted. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void events() throws InterruptedException {
        source.deliver(EVENTS);
    }

    /** Takes dead letters, of which there are none. */
    private record NoSink() implements EventSink {
        @Override
        public String topic() {
            return "none";
        }

        @Override
        public int sizeMaxBytes() {
            return 1 << 20;
        }

        @Override
        public Mono<Void> publish(CloudEvent event, @Nullable String key) {
            return Mono.error(new IllegalStateException("an event failed"));
        }
    }
}

package dev.sluice.load;

import dev.sluice.broker.AnswerSink;
import dev.sluice.broker.Call;
import dev.sluice.broker.Intake;
import dev.sluice.engine.BatchPolicy;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.FunctionCode;
import dev.sluice.engine.FunctionCodeException;
import dev.sluice.engine.FunctionSpec;
import dev.sluice.function.FunctionConfig;
import dev.sluice.load.handler.Nothing;
import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
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
 * The way of a call through the dispatcher to a function that does nothing, and back: admitted on a foreign thread,
 * leased and run on the function's loop, settled. The cost per call must not grow with the function's slots.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class DispatchBenchmark {
    private static final int CALLS = 512;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Slots of the function. */
    @Param({"64", "4096"})
    private int slots;

    private final CloudEvent event = new Decoders().binary();
    private @Nullable Engine engine;
    private @Nullable Intake intake;

    /** Starts the engine and waits for the function's instance. */
    @Setup
    public void start() throws FunctionCodeException, InterruptedException {
        var started = Engine.create(EngineOptions.defaults(), new SimpleMeterRegistry());
        var code = FunctionCode.of("nothing", Nothing::new);
        started.deploy(new FunctionSpec(
                "nothing", code, 1, slots, Duration.ofSeconds(30), BatchPolicy.DEFAULT, FunctionConfig.EMPTY));
        var deadline = System.nanoTime() + LIMIT.toNanos();
        while (started.functions().get(0).instances() < 1 && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        engine = started;
        intake = started.functionIntake("nothing");
    }

    /** Ends the engine. */
    @TearDown
    public void stop() {
        Objects.requireNonNull(engine).drain(Duration.ofSeconds(1)).block(LIMIT);
    }

    /** Hands in calls and waits until all are settled. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public void calls() throws InterruptedException {
        var settled = new CountDownLatch(CALLS);
        var entrance = Objects.requireNonNull(intake);
        for (var i = 0; i < CALLS; i++) {
            if (entrance.submit(new Counted(event, settled)) instanceof Intake.Admission.Refused refused) {
                throw new IllegalStateException(refused.reason());
            }
        }
        if (!settled.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(settled.getCount() + " calls were not settled");
        }
    }

    private record Counted(CloudEvent event, CountDownLatch settled) implements Call {
        @Override
        public @Nullable String key() {
            return null;
        }

        @Override
        public int partition() {
            return -1;
        }

        @Override
        public long offset() {
            return -1;
        }

        @Override
        public int sizeBytes() {
            return 2_048;
        }

        @Override
        public Mono<Void> accept() {
            return Mono.fromRunnable(settled::countDown);
        }

        @Override
        public void release() {}

        @Override
        public AnswerSink answers() {
            return AnswerSink.NONE;
        }

        @Override
        public Duration patience() {
            return LIMIT;
        }

        @Override
        public void fail(Throwable why) {}
    }
}

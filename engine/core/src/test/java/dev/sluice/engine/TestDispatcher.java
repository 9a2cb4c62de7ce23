package dev.sluice.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import reactor.core.scheduler.Schedulers;

/** A dispatcher in virtual time, without jitter; one topic's worth of source, answers and dead letters stands ready. */
final class TestDispatcher {
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    /** What the wall clock says. */
    Instant wallClock = NOW;

    final ManualLoop loop;
    final FakeSource source = new FakeSource();
    final RecordingSink answers = new RecordingSink();
    final RecordingSink deadLetters = new RecordingSink();
    final Shared shared;
    final Dispatcher dispatcher;

    TestDispatcher(FunctionSpec function) {
        this(function, Runnable::run);
    }

    TestDispatcher(FunctionSpec function, Executor workers) {
        this(function, workers, options(10_000, 32L << 20, 32));
    }

    TestDispatcher(FunctionSpec function, Executor workers, EngineOptions options) {
        this(function, workers, options, new Shared(options), new ManualLoop());
    }

    TestDispatcher(FunctionSpec function, Executor workers, EngineOptions options, Shared shared, ManualLoop loop) {
        this.shared = shared;
        this.loop = loop;
        // Jitter is drawn by nextDouble: the top bit alone makes it 0.5, the middle.
        dispatcher = new Dispatcher(
                function,
                loop,
                new Host(
                        options,
                        shared,
                        Workers.on(workers, () -> {}),
                        Schedulers.immediate(),
                        () -> Long.MIN_VALUE,
                        () -> wallClock,
                        () -> 0,
                        (name, nanos) -> {}));
    }

    static EngineOptions options(int blockedEventsMax, long heldBytesMax, int zombiesMax) {
        return new EngineOptions(1, heldBytesMax, blockedEventsMax, 32L << 20, zombiesMax, error -> {
            throw new AssertionError("fatal", error);
        });
    }

    /** Attaches the trigger {@code tr} on {@link #source}. */
    Pipeline attach(DeliveryPolicy delivery) {
        return attach(Fixtures.trigger(source, answers, delivery, deadLetters));
    }

    Pipeline attach(TriggerSpec trigger) {
        var pipeline = dispatcher.attach(trigger);
        loop.run();
        return pipeline;
    }

    void run() {
        loop.run();
    }

    void advance(Duration by) {
        loop.advance(by);
    }

    void advanceMillis(long millis) {
        loop.advance(Duration.ofMillis(millis));
    }

    FunctionStatus status() {
        return dispatcher.status();
    }
}

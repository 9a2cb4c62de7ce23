package dev.sluice.engine;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** A real engine on one event loop, with one topic's worth of source, answers and dead letters. */
final class TestEngine implements AutoCloseable {
    final FakeSource source = new FakeSource();
    final RecordingSink answers = new RecordingSink();
    final RecordingSink deadLetters = new RecordingSink();
    final AtomicReference<Throwable> fatal = new AtomicReference<>();
    final Engine engine = Engine.create(
            new EngineOptions(1, 32L << 20, 10_000, 32L << 20, 32, fatal::set), new SimpleMeterRegistry());

    /** Deploys the function {@code fn} and attaches the trigger {@code tr}. */
    TestEngine(FunctionSpec function, DeliveryPolicy delivery) {
        engine.deploy(function);
        engine.attach(Fixtures.trigger(source, answers, delivery, deadLetters));
    }

    FunctionStatus function() {
        return engine.functions().get(0);
    }

    TriggerStatus trigger() {
        return engine.triggers().get(0);
    }

    @Override
    public void close() {
        engine.drain(Duration.ZERO).block(Duration.ofSeconds(10));
    }
}

package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What a function's meters count over collections of garbage: registries hold what they read weakly. */
class FunctionMetersTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Engine engine = Engine.create(EngineOptions.defaults(), registry);

    @AfterEach
    void close() {
        engine.drain(Duration.ZERO).block(LONG);
    }

    private static void collectGarbage() {
        var gone = new WeakReference<>(new Object());
        await().atMost(LONG).until(() -> {
            System.gc();
            return gone.get() == null;
        });
    }

    private double invocations(String cause) {
        return registry.get("faas.invocations")
                .tag("faas.trigger", cause)
                .functionCounter()
                .count();
    }

    @Test
    void countsRunsAndEventsThatEndAfterGarbageWasCollected() {
        var source = new FakeSource();
        engine.deploy(function(reactive(Mono::just), 4, LONG));
        engine.attach(Fixtures.trigger(source, new RecordingSink(), retries(0), new RecordingSink()));
        collectGarbage();

        var call = new FakeCall("1");
        engine.functionIntake("fn").submit(call);
        source.offer("2");

        await().atMost(LONG).untilAsserted(() -> {
            assertThat(invocations("http")).isEqualTo(1);
            assertThat(invocations("pubsub")).isEqualTo(1);
            assertThat(registry.get("sluice.trigger.done").functionCounter().count())
                    .isEqualTo(1);
            assertThat(registry.get("faas.invoke_duration")
                            .tag("faas.trigger", "http")
                            .functionTimer()
                            .count())
                    .isEqualTo(1);
        });
    }
}

package dev.sluice.engine;

import dev.sluice.broker.EventSink;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.journal.JournalOptions;
import dev.sluice.function.FunctionConfig;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** One engine of a simulated world: the real dispatcher of one function, on a loop of its own. */
final class SimEngine {
    static final Duration TIMEOUT = Duration.ofMillis(100);

    private static final FunctionCode CODE = code();
    private static final int SINK_MAX_BYTES = 1 << 20;

    private static final EventFilter WANTED = new EventFilter() {
        @Override
        public boolean test(CloudEvent event) {
            return event.getType().equals("wanted");
        }

        @Override
        public String describe() {
            return "type is wanted";
        }
    };

    final SimLoop loop;
    final Dispatcher dispatcher;
    /** Runs at once, as long as nobody resizes it. */
    final int slots;

    private final SimWorld world;

    SimEngine(SimWorld world, int instances, int concurrency) {
        this.world = world;
        loop = world.loop();
        slots = instances * concurrency;
        var options = new EngineOptions(1, 1 << 20, 2 + world.random.nextInt(8), 1 << 20, 32, error -> {
                    world.check(false, () -> "fatal: " + error);
                })
                .withJournal(new JournalOptions(1_024, 64 << 10, 0.5));
        dispatcher = new Dispatcher(
                new FunctionSpec(
                        "sim", CODE, instances, concurrency, TIMEOUT, BatchPolicy.DEFAULT, FunctionConfig.EMPTY),
                loop,
                new Host(
                        options,
                        new Shared(options),
                        Workers.on(Runnable::run, () -> {}),
                        Schedulers.immediate(),
                        world.random,
                        InstantSource.fixed(Instant.EPOCH),
                        () -> 0,
                        (name, nanos) -> {}));
    }

    private static FunctionCode code() {
        try {
            return FunctionCode.of("sim", SimFunction::new);
        } catch (FunctionCodeException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Some records are no events, and become dead letters; of the others only those of type {@code wanted} pass the
     * filter.
     */
    static CloudEvent event(SimWorld world, String id, int offset, boolean wanted) {
        if (world.random.nextInt(20) == 0) {
            // Its id is its topic, its partition and its offset.
            return RawEvent.of(id, id.charAt(0), offset, null, List.of(), new byte[] {1}, "it is none");
        }
        return WireEvent.builder()
                .id(id)
                .source("/sim")
                .type(wanted ? "wanted" : "other")
                .build();
    }

    /**
     * Adds a trigger.
     *
     * @param answered stores an answer
     * @param buried stores a dead letter
     */
    Pipeline attach(
            String name,
            EventSource source,
            Ordering ordering,
            int retry,
            Consumer<CloudEvent> answered,
            Consumer<CloudEvent> buried) {
        var backoff = new Backoff(
                Backoff.Policy.EXPONENTIAL, Duration.ofMillis(world.random.nextInt(50)), Duration.ofMillis(400));
        var delivery = new DeliveryPolicy(
                retry, backoff, TIMEOUT, Duration.ofMinutes(15), DeliveryPolicy.DeadLetterFailure.PARK);
        return dispatcher.attach(new TriggerSpec(
                name,
                "sim",
                "topic",
                source,
                ordering,
                WANTED,
                AnswerPolicy.to(sink(answered), "sim"),
                delivery,
                sink(letter -> {
                    world.check(letter.getExtension("dlreason") != null, () -> letter + " gives no reason");
                    buried.accept(letter);
                }),
                1 + world.random.nextInt(3)));
    }

    private EventSink sink(Consumer<CloudEvent> store) {
        return new EventSink() {
            @Override
            public String topic() {
                return "sim";
            }

            @Override
            public int sizeMaxBytes() {
                return SINK_MAX_BYTES;
            }

            @Override
            public Mono<Void> publish(CloudEvent event, String key) {
                return SimMono.of(world, () -> store.accept(event));
            }
        };
    }
}

package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.EventSink;
import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.function.FunctionConfig;
import dev.sluice.function.Received;
import dev.sluice.function.TypeRef;
import dev.sluice.function.TypedFunction;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The promises of streams for life, over many seeded schedules with faults: an event is off its source only once the
 * function has accepted it and all answers before that are stored, or its dead letter is; nothing is lost when streams
 * fail, complete, lose partitions or stop; keys come in order. A failure names its seed; run that one alone with
 * {@code -Dsluice.simulation.seed=N}.
 */
class StreamSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("sluice.simulation.schedules", 100_000) / 25;
    private static final long FIRST_SEED = Long.getLong("sluice.simulation.seed", 0);
    private static final int STEPS_MAX = 20_000;

    @Test
    void losesNothingOfStreamsOverManySeededSchedulesWithFaults() {
        var schedules = System.getProperty("sluice.simulation.seed") == null ? SCHEDULES : 1;
        for (var seed = FIRST_SEED; seed < FIRST_SEED + schedules; seed++) {
            try {
                new Schedule(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        System.out.println("simulated " + schedules + " schedules of streams from seed " + FIRST_SEED);
    }

    private static final class Schedule {
        private final SimWorld world;
        private final SimSource source;
        private final Dispatcher dispatcher;
        private final Pipeline pipeline;
        private final Set<String> stored = new HashSet<>();
        private final Map<String, List<String>> before = new HashMap<>();
        private int streams;
        private String violation;

        Schedule(long seed) {
            world = new SimWorld(seed);
            var random = world.random;
            var options = new EngineOptions(1, 1 << 20, 2 + random.nextInt(8), 1 << 20, 32, error -> {
                throw new AssertionError(error);
            });
            dispatcher = new Dispatcher(
                    new FunctionSpec(
                            "sim",
                            code(),
                            1 + random.nextInt(2),
                            1,
                            Duration.ofSeconds(1),
                            BatchPolicy.DEFAULT,
                            FunctionConfig.EMPTY),
                    world.loop(),
                    new Host(
                            options,
                            new Shared(options),
                            Workers.on(Runnable::run, () -> {}),
                            Schedulers.immediate(),
                            random,
                            InstantSource.fixed(Instant.EPOCH),
                            () -> 0,
                            (name, nanos) -> {}));
            source = source();
            pipeline = dispatcher.attach(trigger());
        }

        private FunctionCode code() {
            try {
                Function<Flux<Received<CloudEvent>>, Flux<CloudEvent>> handler = Life::new;
                return FunctionCode.of(
                        "sim",
                        () -> TypedFunction.of(
                                new TypeRef<Function<Flux<Received<CloudEvent>>, Flux<CloudEvent>>>() {}, handler));
            } catch (FunctionCodeException e) {
                throw new AssertionError(e);
            }
        }

        private SimSource source() {
            var made = new SimSource(
                    world, entry -> stored.containsAll(before.getOrDefault(entry.event.getId(), List.of())));
            var events = world.random.nextInt(12);
            for (var i = 0; i < events; i++) {
                var key = world.random.nextInt(4);
                var event = world.random.nextInt(20) == 0
                        ? RawEvent.of("e" + i, 'e', i, null, List.of(), new byte[] {1}, "it is none")
                        : WireEvent.builder()
                                .id("e" + i)
                                .source("/sim")
                                .type("sim")
                                .build();
                var entry = made.add(event, key == 0 ? null : "key" + key, key % SimSource.PARTITIONS);
                entry.wanted = true;
                entry.triesMax = 2;
            }
            return made;
        }

        private TriggerSpec trigger() {
            return new TriggerSpec(
                    "streams",
                    "sim",
                    "topic",
                    source,
                    Ordering.KEY,
                    EventFilter.PASS,
                    AnswerPolicy.to(sink(answer -> stored.add(answer.getId())), "sim"),
                    Fixtures.retries(1),
                    sink(letter -> source.entry(letter.getId()).deadLetterStored = true),
                    1);
        }

        private EventSink sink(Consumer<CloudEvent> store) {
            return new EventSink() {
                @Override
                public String topic() {
                    return "sim";
                }

                @Override
                public int sizeMaxBytes() {
                    return 1 << 20;
                }

                @Override
                public Mono<Void> publish(CloudEvent event, String key) {
                    return SimMono.of(world, () -> store.accept(event));
                }
            };
        }

        private void check(boolean holds, Supplier<String> message) {
            if (!holds && violation == null) {
                violation = message.get();
            }
        }

        /** One life of the function: asks, answers, settles and ends as the seed says. */
        private final class Life extends Flux<CloudEvent> {
            private final Flux<Received<CloudEvent>> input;
            private final int number = ++streams;
            private CoreSubscriber<? super CloudEvent> out;
            private Subscription in;
            private final Map<Object, Long> lastOf = new HashMap<>();
            private long demand;
            private int answers;
            private boolean over;

            Life(Flux<Received<CloudEvent>> input) {
                this.input = input;
            }

            @Override
            public void subscribe(CoreSubscriber<? super CloudEvent> subscriber) {
                out = subscriber;
                subscriber.onSubscribe(new Subscription() {
                    @Override
                    public void request(long n) {
                        demand += n;
                    }

                    @Override
                    public void cancel() {
                        over = true;
                    }
                });
                input.subscribe(new CoreSubscriber<>() {
                    @Override
                    public void onSubscribe(Subscription subscription) {
                        in = subscription;
                        in.request(1 + world.random.nextInt(4));
                    }

                    @Override
                    public void onNext(Received<CloudEvent> event) {
                        received(event);
                    }

                    @Override
                    public void onError(Throwable error) {
                        check(false, () -> "the input failed: " + error);
                    }

                    @Override
                    public void onComplete() {
                        world.later(() -> end(null));
                    }
                });
            }

            private void received(Received<CloudEvent> event) {
                var entry = source.entry(event.event().getId());
                check(!(entry.event instanceof RawEvent), () -> "a stream received what is no event");
                if (entry.key != null && entry.runs == 0) {
                    var last = lastOf.getOrDefault(entry.key, -1L);
                    check(last < entry.offset, () -> entry.event.getId() + " came behind offset " + last);
                    lastOf.put(entry.key, entry.offset);
                }
                entry.runs++;
                if (world.faults && world.random.nextInt(20) == 0) {
                    world.later(() -> end(world.random.nextBoolean() ? new IllegalStateException("broken") : null));
                }
                if (world.random.nextBoolean()) {
                    settle(event, entry);
                } else {
                    world.later(() -> settle(event, entry));
                }
            }

            private void settle(Received<CloudEvent> event, SimSource.Entry entry) {
                if (!over && demand > 0 && world.random.nextBoolean()) {
                    demand--;
                    var id = "s" + number + "-" + ++answers;
                    out.onNext(WireEvent.builder()
                            .id(id)
                            .source("/sim")
                            .type("answer")
                            .build());
                }
                var choice = world.faults ? world.random.nextInt(10) : 9;
                if (choice == 0) {
                    event.reject(new IllegalStateException("not this"));
                } else if (choice == 1) {
                    event.release();
                } else if (choice == 2) {
                    // Kept for ever: its partition, or the stream, has to go.
                    in.request(1);
                    return;
                } else if (event.accept()) {
                    entry.endedWell = true;
                    before.put(
                            entry.event.getId(),
                            java.util.stream.IntStream.rangeClosed(1, answers)
                                    .mapToObj(n -> "s" + number + "-" + n)
                                    .toList());
                }
                if (!over) {
                    in.request(1);
                }
            }

            private void end(Throwable error) {
                if (!over) {
                    over = true;
                    in.cancel();
                    if (error == null) {
                        out.onComplete();
                    } else {
                        out.onError(error);
                    }
                }
            }
        }

        void run() {
            var revokes = world.random.nextInt(3) == 0;
            var drains = world.random.nextInt(4) == 0;
            var steps = 20 + world.random.nextInt(150);
            for (var i = 0; i < steps; i++) {
                if (revokes && world.random.nextInt(25) == 0) {
                    source.revokeSome();
                }
                if (!world.step() || world.random.nextInt(8) == 0) {
                    world.passTime();
                }
            }
            if (drains) {
                drain();
            } else {
                finish();
            }
            assertThat(violation).isNull();
        }

        private void finish() {
            world.faults = false;
            for (var i = 0; i < STEPS_MAX; i++) {
                if (source.allAccepted() && pipeline.lanes.sums.open() == 0) {
                    return;
                }
                if (!world.step() && !world.passTime()) {
                    // What the function kept for ever comes to another life of it.
                    source.revokeSome();
                    if (!world.step()) {
                        break;
                    }
                }
            }
            throw new AssertionError(violation + ", stuck: " + source.open() + " " + pipeline.status());
        }

        private void drain() {
            var ended = new boolean[1];
            dispatcher
                    .drain(Duration.ofMillis(world.random.nextInt(300)))
                    .subscribe(none -> {}, e -> {}, () -> ended[0] = true);
            for (var i = 0; i < STEPS_MAX && !ended[0]; i++) {
                if (!world.step() && !world.passTime()) {
                    break;
                }
            }
            assertThat(ended[0]).as("drain completes").isTrue();
            assertThat(source.noneLent())
                    .as("nothing is lent behind the drain: %s", source.open())
                    .isTrue();
        }
    }
}

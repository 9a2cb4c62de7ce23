package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.EventSink;
import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.function.FunctionConfig;
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
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The promises of windows, over many seeded schedules with faults: nothing is lost, nothing is accepted before its window
 * has ended well and all that it answered is stored, keys keep their order inside and across windows. A failure names its
 * seed; run that one alone with {@code -Dsluice.simulation.seed=N}.
 */
class WindowSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("sluice.simulation.schedules", 100_000) / 10;
    private static final long FIRST_SEED = Long.getLong("sluice.simulation.seed", 0);
    private static final Duration TIMEOUT = Duration.ofMillis(100);
    private static final int STEPS_MAX = 20_000;

    private static final FunctionCode CODE = code();

    private static FunctionCode code() {
        try {
            return FunctionCode.of("sim", SimWindow::new);
        } catch (FunctionCodeException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void losesAndReordersNothingOfWindowsOverManySeededSchedulesWithFaults() {
        var schedules = System.getProperty("sluice.simulation.seed") == null ? SCHEDULES : 1;
        for (var seed = FIRST_SEED; seed < FIRST_SEED + schedules; seed++) {
            try {
                new Schedule(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        System.out.println("simulated " + schedules + " schedules of windows from seed " + FIRST_SEED);
    }

    private static final class Schedule implements SimWindow.Ledger {
        private final SimWorld world;
        private final SimSource source;
        private final Dispatcher dispatcher;
        private final Pipeline pipeline;
        private final WindowPolicy policy;
        private final int retry;
        private String violation;
        private final Set<String> running = new HashSet<>();
        private final Set<String> answersStored = new HashSet<>();
        private final Map<String, List<String>> answersOf = new HashMap<>();

        Schedule(long seed) {
            world = new SimWorld(seed);
            SimWindow.world = world;
            SimWindow.ledger = this;
            SimWindow.timeoutNanos = TIMEOUT.toNanos();
            var random = world.random;
            policy = new WindowPolicy(
                    1 + random.nextInt(5),
                    Duration.ofMillis(random.nextInt(80)),
                    random.nextBoolean() ? "key" : null,
                    1 + random.nextInt(3),
                    random.nextBoolean());
            retry = random.nextInt(4);
            var options = new EngineOptions(1, 1 << 20, 2 + random.nextInt(8), 1 << 20, 32, error -> {
                throw new AssertionError(error);
            });
            var spec = new FunctionSpec(
                            "sim",
                            CODE,
                            1 + random.nextInt(2),
                            1 + random.nextInt(3),
                            TIMEOUT,
                            BatchPolicy.DEFAULT,
                            FunctionConfig.EMPTY)
                    .withWindow(policy);
            dispatcher = new Dispatcher(
                    spec,
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

        private SimSource source() {
            var made = new SimSource(
                    world, entry -> answersStored.containsAll(answersOf.getOrDefault(entry.event.getId(), List.of())));
            var events = world.random.nextInt(16);
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
                entry.triesMax = retry + 1;
                entry.tries = world.random.nextInt(10) == 0 ? world.random.nextInt(retry + 2) : 0;
            }
            return made;
        }

        private TriggerSpec trigger() {
            var backoff = new Backoff(
                    Backoff.Policy.EXPONENTIAL, Duration.ofMillis(world.random.nextInt(50)), Duration.ofMillis(400));
            return new TriggerSpec(
                    "windows",
                    "sim",
                    "topic",
                    source,
                    Ordering.KEY,
                    EventFilter.PASS,
                    AnswerPolicy.to(sink(answer -> answersStored.add(answer.getId())), "sim"),
                    new DeliveryPolicy(
                            retry, backoff, TIMEOUT, Duration.ofMinutes(15), DeliveryPolicy.DeadLetterFailure.PARK),
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

        /** What is thrown inside a function would count as its failure: remembered, for the end. */
        private void check(boolean holds, Supplier<String> message) {
            if (!holds && violation == null) {
                violation = message.get();
            }
        }

        @Override
        public void began(List<String> ids) {
            check(!ids.isEmpty() && ids.size() <= policy.size(), () -> "a window of " + ids);
            var keys = new HashSet<String>();
            for (var i = 0; i < ids.size(); i++) {
                var id = ids.get(i);
                var entry = source.entry(id);
                check(!(entry.event instanceof RawEvent), () -> id + " is no event, and ran");
                check(running.add(id), () -> id + " runs twice at once");
                keys.add(entry.key);
                if (entry.key != null) {
                    inOrder(entry, ids.subList(0, i));
                }
                entry.runs++;
            }
            check(policy.key() == null || keys.size() == 1, () -> "one window of the keys " + keys);
        }

        /** Every earlier event of the key is done, stands before it in its window, or is not running at least. */
        private void inOrder(SimSource.Entry entry, List<String> before) {
            for (var earlier : source.entries(entry.partition)) {
                if (earlier.offset < entry.offset && entry.key.equals(earlier.key) && entry.runs == 0) {
                    check(
                            earlier.state == SimSource.State.ACCEPTED || before.contains(earlier.event.getId()),
                            () -> entry.event.getId() + " began before " + earlier.event.getId() + " was accepted");
                } else if (earlier.offset > entry.offset && entry.key.equals(earlier.key)) {
                    check(
                            !running.contains(earlier.event.getId()),
                            () -> entry.event.getId() + " began beside " + earlier.event.getId());
                }
            }
        }

        @Override
        public void ended(List<String> ids, boolean well, List<String> answers) {
            for (var id : ids) {
                running.remove(id);
                source.entry(id).endedWell = well;
                answersOf.put(id, answers);
            }
        }

        void run() {
            var revokes = world.random.nextInt(3) == 0;
            var scales = world.random.nextInt(3) == 0;
            var drains = world.random.nextInt(4) == 0;
            var steps = 20 + world.random.nextInt(150);
            for (var i = 0; i < steps; i++) {
                if (revokes && world.random.nextInt(25) == 0) {
                    source.revokeSome();
                }
                if (scales && world.random.nextInt(10) == 0) {
                    dispatcher.resize(world.random.nextInt(4));
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
            dispatcher.resize(1);
            for (var i = 0; i < STEPS_MAX; i++) {
                if (source.allAccepted() && running.isEmpty()) {
                    assertThat(pipeline.lanes.windows() == null
                                    || pipeline.lanes.windows().isEmpty())
                            .isTrue();
                    return;
                }
                if (!world.step() && !world.passTime()) {
                    break;
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

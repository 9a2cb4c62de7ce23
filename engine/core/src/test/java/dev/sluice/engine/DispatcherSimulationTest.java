package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.EventSink;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The promises of settling, order and limits, over many seeded schedules of everything that can happen between a source, a
 * function, its answers and its dead letters, with faults in each. A failure names its seed; run that one alone with
 * {@code -Dsluice.simulation.seed=N}.
 */
class DispatcherSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("sluice.simulation.schedules", 100_000);
    private static final long FIRST_SEED = Long.getLong("sluice.simulation.seed", 0);
    private static final Duration TIMEOUT = Duration.ofMillis(100);
    private static final int STEPS_MAX = 20_000;

    private static final FunctionCode CODE = code();

    private static FunctionCode code() {
        try {
            return FunctionCode.of("sim", SimFunction::new);
        } catch (FunctionCodeException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void losesAndReordersNothingOverManySeededSchedulesWithFaults() {
        var schedules = System.getProperty("sluice.simulation.seed") == null ? SCHEDULES : 1;
        for (var seed = FIRST_SEED; seed < FIRST_SEED + schedules; seed++) {
            try {
                new Schedule(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        System.out.println("simulated " + schedules + " schedules from seed " + FIRST_SEED);
    }

    /** One seed's world and what is checked in it. */
    private static final class Schedule implements SimFunction.Ledger {
        private final SimWorld world;
        private final boolean drains;
        private final boolean revokes;
        private final boolean scales;
        private final Dispatcher dispatcher;
        private final Map<String, SimSource> sourceOf = new HashMap<>();
        private final Map<Object, Integer> runningOfKey = new HashMap<>();
        private final Set<String> answersStored = new HashSet<>();
        private final Pipeline first;
        private final Pipeline other;
        private final SimSource keyed;
        private final SimSource second;
        private final Ordering secondOrdering;
        private final int slots;
        private int running;

        Schedule(long seed) {
            world = new SimWorld(seed);
            drains = world.random.nextInt(4) == 0;
            revokes = world.random.nextInt(3) == 0;
            scales = world.random.nextInt(3) == 0;
            var instances = 1 + world.random.nextInt(2);
            var concurrency = 1 + world.random.nextInt(3);
            slots = instances * concurrency;
            SimFunction.world = world;
            SimFunction.ledger = this;
            SimFunction.timeoutNanos = TIMEOUT.toNanos();
            var journal = new JournalOptions(1_024, 64 << 10, 0.5);
            var options = new EngineOptions(1, 1 << 20, 2 + world.random.nextInt(8), 1 << 20, 32, error -> {
                        throw new AssertionError(error);
                    })
                    .withJournal(journal);
            dispatcher = new Dispatcher(
                    new FunctionSpec(
                            "sim", CODE, instances, concurrency, TIMEOUT, BatchPolicy.DEFAULT, FunctionConfig.EMPTY),
                    world,
                    new Host(
                            options,
                            new Shared(options),
                            Workers.on(Runnable::run, () -> {}),
                            Schedulers.immediate(),
                            world.random,
                            InstantSource.fixed(Instant.EPOCH),
                            () -> 0,
                            (name, nanos) -> {}));
            var keyedRetry = world.random.nextInt(4);
            var secondRetry = world.random.nextInt(4);
            keyed = source("k", 3, keyedRetry);
            second = source("p", 2, secondRetry);
            secondOrdering = world.random.nextBoolean() ? Ordering.PARTITION : Ordering.NONE;
            first = dispatcher.attach(trigger("keyed", keyed, Ordering.KEY, keyedRetry));
            other = dispatcher.attach(trigger("second", second, secondOrdering, secondRetry));
        }

        /** Some records are no events; a dead letter is all that may become of them. */
        private CloudEvent event(String prefix, int i, boolean wanted) {
            if (world.random.nextInt(20) == 0) {
                return RawEvent.of(prefix, prefix.charAt(0), i, null, List.of(), new byte[] {1}, "it is none");
            }
            return WireEvent.builder()
                    .id(prefix + i)
                    .source("/sim")
                    .type(wanted ? "wanted" : "other")
                    .build();
        }

        private SimSource source(String prefix, int keys, int retry) {
            var source = new SimSource(world, this::answersStored);
            var events = world.random.nextInt(8);
            for (var i = 0; i < events; i++) {
                var key = world.random.nextInt(keys + 1);
                var wanted = world.random.nextInt(6) != 0;
                var event = event(prefix, i, wanted);
                // A key lives in one partition, as brokers place it; key 0 stands for none.
                var entry = source.add(event, key == 0 ? null : "key" + key, key % SimSource.PARTITIONS);
                entry.wanted = wanted || event instanceof RawEvent;
                entry.triesMax = retry + 1;
                entry.tries = world.random.nextInt(10) == 0 ? world.random.nextInt(retry + 2) : 0;
                sourceOf.put(event.getId(), source);
            }
            return source;
        }

        private TriggerSpec trigger(String name, SimSource source, Ordering ordering, int retry) {
            var backoff = new Backoff(
                    Backoff.Policy.EXPONENTIAL, Duration.ofMillis(world.random.nextInt(50)), Duration.ofMillis(400));
            var delivery = new DeliveryPolicy(
                    retry, backoff, TIMEOUT, Duration.ofMinutes(15), DeliveryPolicy.DeadLetterFailure.PARK);
            return new TriggerSpec(
                    name,
                    "sim",
                    "topic",
                    source,
                    ordering,
                    new EventFilter() {
                        @Override
                        public boolean test(CloudEvent event) {
                            return event.getType().equals("wanted");
                        }

                        @Override
                        public String describe() {
                            return "type is wanted";
                        }
                    },
                    AnswerPolicy.to(sink(answer -> answersStored.add(answer.getId())), "sim"),
                    delivery,
                    sink(letter -> {
                        assertThat(letter.getExtension("dlreason")).isNotNull();
                        sourceOf.get(letter.getId()).entry(letter.getId()).deadLetterStored = true;
                    }),
                    1 + world.random.nextInt(3));
        }

        private EventSink sink(java.util.function.Consumer<CloudEvent> store) {
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

        @Override
        public void began(String id) {
            var source = sourceOf.get(id);
            var entry = source.entry(id);
            check(!(entry.event instanceof RawEvent), () -> id + " is no event, and ran");
            running++;
            // An instance on its way out may still run what it has while its successor runs more.
            check(scales || running <= slots, () -> running + " runs at once in " + slots + " slots");
            var lane = laneOf(source, entry);
            if (lane != null) {
                check(runningOfKey.merge(lane, 1, Integer::sum) == 1, () -> "two runs at once of lane " + lane);
                if (entry.runs == 0) {
                    earlierOnesAreDone(source, entry, lane);
                }
            }
            entry.runs++;
        }

        private void earlierOnesAreDone(SimSource source, SimSource.Entry entry, Object lane) {
            for (var earlier : source.entries(entry.partition)) {
                if (earlier.offset >= entry.offset) {
                    return;
                }
                if (earlier.wanted && lane.equals(laneOf(source, earlier))) {
                    check(
                            earlier.state == SimSource.State.ACCEPTED,
                            () -> entry.event.getId() + " began before " + earlier.event.getId() + " was accepted");
                }
            }
        }

        /** As an assertion, but for millions of times: no message is built when it holds. */
        private static void check(boolean holds, Supplier<String> message) {
            if (!holds) {
                throw new AssertionError(message.get());
            }
        }

        private Object laneOf(SimSource source, SimSource.Entry entry) {
            if (source == keyed) {
                return entry.key;
            }
            return secondOrdering == Ordering.PARTITION ? "partition " + entry.partition : null;
        }

        @Override
        public void ended(String id, boolean well, int answers) {
            running--;
            var source = sourceOf.get(id);
            var entry = source.entry(id);
            var lane = laneOf(source, entry);
            if (lane != null) {
                runningOfKey.merge(lane, -1, Integer::sum);
            }
            entry.endedWell = well;
            entry.answers = answers;
        }

        private boolean answersStored(SimSource.Entry entry) {
            for (var n = 1; n <= entry.answers; n++) {
                if (!answersStored.contains(SimFunction.answerId(entry.event.getId(), n))) {
                    return false;
                }
            }
            return true;
        }

        void run() {
            var steps = 20 + world.random.nextInt(150);
            for (var i = 0; i < steps; i++) {
                if (revokes && world.random.nextInt(25) == 0) {
                    keyed.revokeSome();
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
        }

        /** From here on all goes well: every event has to come to its end. */
        private void finish() {
            world.faults = false;
            dispatcher.resize(1);
            for (var i = 0; i < STEPS_MAX; i++) {
                if (keyed.allAccepted() && second.allAccepted() && running == 0) {
                    return;
                }
                if (!world.step() && !world.passTime()) {
                    break;
                }
            }
            throw new AssertionError(
                    "stuck: " + keyed.open() + " " + second.open() + " " + first.status() + other.status());
        }

        /** A stop in the middle of it all: nothing stays lent, and nothing that was not done is off its source. */
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
            assertThat(keyed.noneLent() && second.noneLent())
                    .as("nothing is lent behind the drain: %s %s", keyed.open(), second.open())
                    .isTrue();
            assertThat(keyed.cancelled && second.cancelled).isTrue();
        }
    }
}

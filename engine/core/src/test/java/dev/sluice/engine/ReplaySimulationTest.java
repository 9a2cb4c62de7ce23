package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.FakeSource.State;
import dev.sluice.function.TypeRef;
import dev.sluice.function.TypedFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A replay that ends under load, somewhere in the middle, over many seeded schedules. */
class ReplaySimulationTest {
    private static final int SCHEDULES = 1_500;
    private static final int EVENTS = 30;

    @Test
    void losesNothingOfEitherAndFreesAllThatAReplayHad() {
        for (var seed = 0; seed < SCHEDULES; seed++) {
            new Schedule(seed).run();
        }
    }

    private static final class Schedule {
        private final String name;
        private final SplittableRandom random;
        private final boolean batches;
        private final FakeSource past = new FakeSource();
        private final Map<String, FakeSource.Lent> lent = new HashMap<>();
        private final Map<String, String> keys = new HashMap<>();
        private final Map<String, Integer> nextOfKey = new HashMap<>();
        private final Set<String> began = new HashSet<>();
        private final Set<String> ended = new HashSet<>();
        private final AtomicBoolean gone = new AtomicBoolean();
        private TestDispatcher test;

        Schedule(long seed) {
            name = "seed " + seed;
            random = new SplittableRandom(seed);
            batches = random.nextInt(3) == 0;
        }

        void run() {
            var code = batches
                    ? Fixtures.code(TypedFunction.of(
                            new TypeRef<Function<List<String>, Mono<Void>>>() {}, texts -> begin(texts)))
                    : Fixtures.code(TypedFunction.of(
                            new TypeRef<Function<String, Mono<Void>>>() {}, text -> begin(List.of(text))));
            var policy = new BatchPolicy(1 + random.nextInt(4), Duration.ofMillis(5), random.nextBoolean());
            test = new TestDispatcher(function("fn", code, 1 + random.nextInt(6), Duration.ofSeconds(1), policy));
            var spec = trigger();
            test.attach(spec);
            var replay = test.dispatcher.attachBeside(spec.beside(
                    past, random.nextBoolean() ? null : new Rate(1 + random.nextInt(200), Duration.ofSeconds(1))));
            var end = random.nextInt(EVENTS);
            for (var i = 0; i < EVENTS; i++) {
                offer(test.source, "live" + i);
                offer(past, "past" + i);
                test.advanceMillis(random.nextInt(20));
                if (random.nextInt(10) == 0) {
                    test.deadLetters.failing(random.nextBoolean() ? null : new IllegalStateException("full"));
                }
                if (i == end) {
                    test.dispatcher
                            .detach(replay, Duration.ofMillis(random.nextInt(60)))
                            .subscribe(nothing -> {}, error -> {}, () -> gone.set(true));
                }
            }
            test.deadLetters.failing(null);
            test.advance(Duration.ofMinutes(5));
            check(replay);
        }

        private TriggerSpec trigger() {
            var repeats = new RepeatPolicy(Duration.ofHours(1), List.of("id"), 1_000, 1 << 20);
            return new TriggerSpec(
                    "tr",
                    "fn",
                    "topic",
                    test.source,
                    Ordering.KEY,
                    EventFilter.PASS,
                    AnswerPolicy.none("fn"),
                    retries(random.nextInt(3)),
                    test.deadLetters,
                    1,
                    new TriggerLimits(null, TriggerLimits.UNLIMITED, random.nextBoolean() ? null : repeats));
        }

        private void offer(FakeSource source, String id) {
            var key = random.nextInt(4) == 0 ? null : id.substring(0, 4) + random.nextInt(3);
            keys.put(id, key);
            lent.put(id, source.offer(Fixtures.event(id), key, random.nextInt(3)));
        }

        private Mono<Void> begin(List<String> texts) {
            for (var text : texts) {
                inOrder(text);
            }
            var fails = random.nextInt(4) == 0;
            var end = Sinks.<Void>one();
            Runnable ending = () -> {
                if (fails) {
                    end.tryEmitError(new IllegalStateException("no"));
                } else {
                    ended.addAll(texts);
                    end.tryEmitEmpty();
                }
            };
            if (random.nextInt(30) == 0) {
                return Mono.never();
            }
            test.loop.schedule(ending, Duration.ofMillis(random.nextInt(60)).toNanos());
            return end.asMono();
        }

        /** First runs of a key ascend. */
        private void inOrder(String text) {
            var key = keys.get(text);
            if (key != null && began.add(text)) {
                var number = Integer.parseInt(text.substring(4));
                assertThat(number)
                        .as("%s: %s of %s", name, text, key)
                        .isGreaterThanOrEqualTo(nextOfKey.getOrDefault(key, 0));
                nextOfKey.put(key, number + 1);
            }
        }

        private void check(Pipeline replay) {
            var buried = new HashSet<>(test.deadLetters.ids());
            var open = new ArrayList<String>();
            lent.forEach((id, event) -> {
                if (event.accepted()) {
                    assertThat(ended.contains(id) || buried.contains(id))
                            .as("%s: %s", name, id)
                            .isTrue();
                } else if (id.startsWith("live")) {
                    open.add(id);
                }
            });
            assertThat(open).as(name).isEmpty();
            assertThat(gone).as(name).isTrue();
            assertThat(past.count(State.LENT)).as(name).isZero();
            assertThat(past.cancelled()).as(name).isTrue();
            assertThat(test.dispatcher.roster.here()).as(name).hasSize(1).doesNotContain(replay);
            assertThat(replay.busy()).as(name).isZero();
            assertThat(test.shared.heldBytes()).as(name).isZero();
            assertThat(test.dispatcher.pool().leased()).as(name).isZero();
        }
    }
}

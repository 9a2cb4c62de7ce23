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

/** Rate, concurrency and dedupe together, with failures, batches and revocations, over many seeded schedules. */
class LimitsSimulationTest {
    private static final int SCHEDULES = 1_500;
    private static final int EVENTS = 40;

    @Test
    void losesHoldsAndDoublesNothingOverManySchedules() {
        for (var seed = 0; seed < SCHEDULES; seed++) {
            new Schedule(seed).run();
        }
    }

    private static final class Schedule {
        private final String name;
        private final SplittableRandom random;
        private final boolean batches;
        private final boolean revokes;
        private final int concurrency;
        private final Map<String, String> ids = new HashMap<>();
        private final Map<String, FakeSource.Lent> lent = new HashMap<>();
        private final Set<String> ran = new HashSet<>();
        private final Map<String, Integer> succeeded = new HashMap<>();
        private TestDispatcher test;
        private int running;

        Schedule(long seed) {
            name = "seed " + seed;
            random = new SplittableRandom(seed);
            batches = random.nextInt(3) == 0;
            revokes = random.nextInt(3) == 0;
            concurrency = random.nextBoolean() ? TriggerLimits.UNLIMITED : 1 + random.nextInt(3);
        }

        void run() {
            var code = batches
                    ? Fixtures.code(TypedFunction.of(
                            new TypeRef<Function<List<String>, Mono<Void>>>() {}, texts -> begin(texts)))
                    : Fixtures.code(TypedFunction.of(
                            new TypeRef<Function<String, Mono<Void>>>() {}, text -> begin(List.of(text))));
            var policy = new BatchPolicy(1 + random.nextInt(6), Duration.ofMillis(5), random.nextBoolean());
            test = new TestDispatcher(function("fn", code, 1 + random.nextInt(4), Duration.ofMinutes(5), policy));
            var pipeline = test.attach(trigger());
            for (var i = 0; i < EVENTS; i++) {
                offer(i);
                test.advanceMillis(random.nextInt(20));
                if (revokes && random.nextInt(10) == 0) {
                    test.source.revoke(random.nextInt(3), Duration.ofMillis(50), () -> {});
                }
            }
            test.advance(Duration.ofMinutes(5));
            check(pipeline);
        }

        private TriggerSpec trigger() {
            var limits = new TriggerLimits(
                    random.nextBoolean() ? null : new Rate(1 + random.nextInt(100), Duration.ofSeconds(1)),
                    concurrency,
                    new RepeatPolicy(Duration.ofHours(1), List.of("id"), 1_000, 1 << 20));
            return new TriggerSpec(
                    "tr",
                    "fn",
                    "topic",
                    test.source,
                    random.nextBoolean() ? Ordering.KEY : Ordering.NONE,
                    EventFilter.PASS,
                    AnswerPolicy.none("fn"),
                    retries(random.nextInt(3)),
                    test.deadLetters,
                    1,
                    limits);
        }

        private void offer(int i) {
            var id = "id" + random.nextInt(10);
            var key = random.nextInt(4) == 0 ? null : "key" + random.nextInt(4);
            var data = "data" + i;
            ids.put(data, id);
            lent.put(data, test.source.offer(Fixtures.event(id, data), key, random.nextInt(3)));
        }

        private Mono<Void> begin(List<String> texts) {
            running++;
            assertThat(running).as(name).isLessThanOrEqualTo(concurrency);
            assertThat(texts.stream().map(ids::get))
                    .as("%s: never two alike at once", name)
                    .doesNotHaveDuplicates();
            ran.addAll(texts);
            var fails = random.nextInt(4) == 0;
            var end = Sinks.<Void>one();
            var over = new AtomicBoolean();
            Runnable ending = () -> {
                if (over.getAndSet(true)) {
                    return;
                }
                running--;
                if (fails) {
                    end.tryEmitError(new IllegalStateException("no"));
                } else {
                    texts.forEach(text -> succeeded.merge(ids.get(text), 1, Integer::sum));
                    end.tryEmitEmpty();
                }
            };
            if (random.nextBoolean()) {
                test.loop.schedule(ending, random.nextLong(30_000_000L));
            } else {
                ending.run();
            }
            return end.asMono().doOnCancel(() -> running -= over.getAndSet(true) ? 0 : 1);
        }

        private void check(Pipeline pipeline) {
            assertThat(pipeline.lanes.sums.open()).as(name).isZero();
            assertThat(pipeline.repeats().openOnes()).as(name).isZero();
            assertThat(lent.values()).as(name).allSatisfy(each -> assertThat(each.state())
                    .isIn(State.ACCEPTED, State.RELEASED));
            var dead = new ArrayList<String>();
            test.deadLetters.stored.forEach(letter -> dead.add(Fixtures.text(letter)));
            lent.forEach((data, each) -> {
                if (each.accepted() && !ran.contains(data) && !dead.contains(data)) {
                    assertThat(succeeded)
                            .as("%s: %s was taken for a repeat", name, data)
                            .containsKey(ids.get(data));
                }
            });
            if (!revokes) {
                assertThat(succeeded.values()).as(name).allMatch(times -> times == 1);
            }
        }
    }
}

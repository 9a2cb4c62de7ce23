package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.Ordering;
import dev.sluice.engine.scaling.DemandPolicy;
import dev.sluice.engine.scaling.ScaleLimits;
import dev.sluice.function.BatchResult;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** One version of a function after another, while events flow. */
class RedeployTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int REDEPLOYS = 200;

    @TempDir
    Path folder;

    private final List<Slow> made = new ArrayList<>();
    private final TestDispatcher test = new TestDispatcher(function(code("old"), 2, Duration.ofMinutes(1)));

    /** Ends its runs when the test says so. */
    private final class Slow implements Function<String, Mono<String>>, AutoCloseable {
        private final String version;
        private final List<Sinks.One<String>> runs = new ArrayList<>();
        private volatile boolean closed;

        private Slow(String version) {
            this.version = version;
            made.add(this);
        }

        @Override
        public Mono<String> apply(String text) {
            var run = Sinks.<String>one();
            runs.add(run);
            return run.asMono();
        }

        private void endAll() {
            runs.forEach(run -> run.tryEmitValue(version));
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private FunctionCode code(String version) {
        try {
            return FunctionCode.of("slow", new Supplier<Slow>() {
                private boolean looked;

                @Override
                public Slow get() {
                    var slow = new Slow(version);
                    if (!looked) {
                        // The first is made to look at its type.
                        looked = true;
                        made.remove(slow);
                    }
                    return slow;
                }
            });
        } catch (FunctionCodeException e) {
            throw new AssertionError(e);
        }
    }

    private static FunctionCode failing() {
        try {
            var first = new AtomicInteger();
            return FunctionCode.of("failing", () -> {
                if (first.getAndIncrement() > 0) {
                    throw new IllegalStateException("no licence");
                }
                return new Fails();
            });
        } catch (FunctionCodeException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Fails implements Function<String, Mono<String>> {
        @Override
        public Mono<String> apply(String text) {
            return Mono.error(new AssertionError("never starts"));
        }
    }

    @Test
    void endsWhatRunsOnTheVersionItBeganOnAndStartsTheRestOnTheNewOne() {
        test.attach(retries(0));
        var first = test.source.offer("first");
        test.run();

        var replaced = test.dispatcher
                .redeploy(function(code("new"), 2, Duration.ofMinutes(1)))
                .toFuture();
        test.run();
        var second = test.source.offer("second");
        test.run();

        assertThat(made).extracting(slow -> slow.version).containsExactly("old", "new");
        assertThat(made).extracting(slow -> slow.runs.size()).containsExactly(1, 1);
        assertThat(made.get(0).closed).isFalse();
        assertThat(replaced).isNotDone();

        made.forEach(Slow::endAll);
        test.loop.runUntil(replaced::isDone);
        assertThat(made.get(0).closed).isTrue();
        assertThat(made.get(1).closed).isFalse();
        assertThat(first.accepted() && second.accepted()).isTrue();
        assertThat(test.status().instances()).isEqualTo(1);
    }

    @Test
    void goesOnWithTheOldVersionWhileTheNewOneDoesNotStart() {
        test.attach(retries(0));
        test.run();
        var replaced = test.dispatcher
                .redeploy(function(failing(), 2, Duration.ofMinutes(1)))
                .toFuture();
        test.run();
        var event = test.source.offer("in");
        test.run();
        made.forEach(Slow::endAll);
        test.run();

        assertThat(event.accepted()).isTrue();
        assertThat(test.status().instances()).isEqualTo(1);
        assertThat(test.status().detail()).contains("no licence");
        assertThat(replaced).isNotDone();

        var mended = test.dispatcher
                .redeploy(function(code("mended"), 2, Duration.ofMinutes(1)))
                .toFuture();
        test.loop.runUntil(() -> replaced.isDone() && mended.isDone());
        assertThat(test.status().detail()).isEmpty();
        assertThat(made).extracting(slow -> slow.closed).containsExactly(true, false);
    }

    @Test
    void takesOverAQuarterOfTheInstancesAtATime() {
        test.dispatcher.resize(8);
        test.run();
        assertThat(made).hasSize(8);

        var limits = new ScaleLimits(8, 8, 2, Duration.ofSeconds(10), Duration.ofSeconds(60), 0, Duration.ofMinutes(1));
        var next = function(code("new"), 2, Duration.ofMinutes(1)).withScaling(new Scaling(new DemandPolicy(), limits));
        var replaced = test.dispatcher.redeploy(next).toFuture();
        test.loop.runUntil(replaced::isDone);

        assertThat(made).filteredOn(slow -> !slow.closed).hasSize(8).allMatch(slow -> slow.version.equals("new"));
        assertThat(test.status().instances()).isEqualTo(8);
    }

    @Test
    void refusesAVersionThatTakesListsWhereTheOneBeforeTakesEvents() {
        try (var running = new TestEngine(function(code("old"), 2, Duration.ofMinutes(1)), retries(0))) {
            var lists = Fixtures.batching(events -> BatchResult.DONE);

            assertThatThrownBy(() -> running.engine
                            .redeploy(function(lists, 2, Duration.ofMinutes(1)))
                            .block(PATIENCE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("function 'fn' takes one event in one version and a list of events in the other:"
                            + " undeploy it first");
        }
    }

    @Test
    void freesTheNameOfAFunctionThatIsUndeployed() {
        try (var running = new TestEngine(function(code("old"), 2, Duration.ofMinutes(1)), retries(0))) {
            running.engine.undeploy("fn", Duration.ofSeconds(1)).block(PATIENCE);
            assertThat(running.engine.functions()).isEmpty();
            assertThat(running.engine.triggers()).isEmpty();
            assertThat(running.engine.functionIntake("fn")).isNull();

            running.engine.deploy(function(code("again"), 2, Duration.ofMinutes(1)));
            await().atMost(PATIENCE)
                    .until(() -> running.engine.functions().get(0).instances() == 1);
        }
    }

    @Test
    void attachesNothingToAFunctionThatEnds() {
        try (var running = new TestEngine(function(code("old"), 2, Duration.ofMinutes(1)), retries(0))) {
            await().atMost(PATIENCE)
                    .until(() -> running.engine.functions().get(0).instances() == 1);
            running.source.offer("a");
            await().atMost(PATIENCE)
                    .until(() -> !made.isEmpty() && !made.get(0).runs.isEmpty());
            var late = Fixtures.trigger(
                    "late", new FakeSource(), Ordering.KEY, running.answers, retries(0), running.deadLetters, 1);

            var ended = running.engine.undeploy("fn", Duration.ofMinutes(1)).toFuture();

            assertThatThrownBy(() -> running.engine.attach(late))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("trigger 'late' names function 'fn', which is stopping");
            made.get(0).endAll();
            assertThat(ended).succeedsWithin(PATIENCE);
            assertThat(running.engine.triggers()).isEmpty();
        }
    }

    /** The version that came too late took threads as well. */
    @Test
    void freesTheThreadsOfAFunctionThatIsRedeployedWhileItEnds() {
        var release = new CountDownLatch(1);
        var before = function(Fixtures.blocking(text -> held(release)), 1_000, Duration.ofMinutes(1));
        var late = function(Fixtures.blocking(text -> text), 2_000, Duration.ofMinutes(1));
        try (var running = new TestEngine(before, retries(0))) {
            running.source.offer("a");
            await().atMost(PATIENCE)
                    .until(() -> running.engine.functions().get(0).leased() == 1);

            var ended = running.engine.undeploy("fn", Duration.ofMinutes(1)).toFuture();
            running.engine.redeploy(late).subscribe();
            release.countDown();

            assertThat(ended).succeedsWithin(PATIENCE);
            running.engine.deploy(late);
            assertThat(running.engine.functions()).hasSize(1);
        }
    }

    private static String held(CountDownLatch release) {
        try {
            return release.await(PATIENCE.toSeconds(), TimeUnit.SECONDS) ? "released" : "not released";
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Types of an artifact must not stay behind in what all functions share, or a node that is redeployed daily ends. */
    @Test
    void leavesNoClassLoaderBehindAndLosesNoEventOverManyRedeploys() throws Exception {
        var artifact = Artifacts.compile(folder, Map.of("acme.Price", """
                package acme;
                public class Price implements java.util.function.Function<Price.Order, reactor.core.publisher.Mono<Price.Bill>> {
                    public record Order(String id, int amount) {}
                    public record Bill(String id, long cents) {}
                    public static class Refused extends RuntimeException {}
                    private final java.util.concurrent.atomic.AtomicInteger runs = new java.util.concurrent.atomic.AtomicInteger();
                    public reactor.core.publisher.Mono<Bill> apply(Order order) {
                        if (runs.incrementAndGet() % 10 == 0) {
                            return reactor.core.publisher.Mono.error(new Refused());
                        }
                        return reactor.core.publisher.Mono.delay(java.time.Duration.ofMillis(1))
                                .map(tick -> new Bill(order.id(), order.amount() * 100L));
                    }
                }
                """));
        var loaders = new ArrayList<WeakReference<ClassLoader>>();
        var offered = new ArrayList<FakeSource.Lent>();
        try (var running = new TestEngine(version(artifact, loaders), retries(1_000))) {
            var settledAt = 0L;
            for (var i = 0; i < REDEPLOYS; i++) {
                for (var j = 0; j < 5; j++) {
                    var id = "e" + i + "-" + j;
                    offered.add(
                            running.source.offer(Fixtures.event(id, "{\"id\":\"" + id + "\",\"amount\":7}"), id, j));
                }
                running.engine.redeploy(version(artifact, loaders)).block(PATIENCE);
                if (i == REDEPLOYS / 2) {
                    collect(loaders, 1);
                    settledAt = metaspace();
                }
            }
            await().atMost(PATIENCE).until(() -> offered.stream().allMatch(FakeSource.Lent::accepted));
            assertThat(running.answers.ids()).doesNotHaveDuplicates();
            assertThat(running.answers.stored).hasSize(offered.size());
            collect(loaders, 1);
            assertThat(metaspace()).isLessThan(settledAt + (1 << 20));
        }
    }

    private FunctionSpec version(Path artifact, List<WeakReference<ClassLoader>> loaders) throws FunctionCodeException {
        var code = FunctionCode.load("acme.Price", artifact);
        loaders.add(new WeakReference<>(code.loader()));
        return function(code, 4, Duration.ofSeconds(30));
    }

    private static void collect(List<WeakReference<ClassLoader>> loaders, int left) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            System.gc();
            assertThat(loaders.stream().filter(loader -> loader.get() != null).count())
                    .isLessThanOrEqualTo(left);
        });
    }

    private static long metaspace() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .map(MemoryPoolMXBean::getUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
    }
}

package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.event;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.retries;
import static dev.sluice.engine.Fixtures.windowing;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.broker.Intake.Admission;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.FakeSource.State;
import dev.sluice.function.FunctionException;
import dev.sluice.function.Invocation;
import dev.sluice.function.TypeRef;
import dev.sluice.function.TypedFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Functions of a bounded flux of events, in virtual time. */
class WindowTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration WITHIN = Duration.ofMillis(100);
    private static final WindowPolicy THREE = WindowPolicy.DEFAULT.with(3, WITHIN);

    private final List<List<String>> windows = new ArrayList<>();

    /** Remembers each window and answers it with what the verdict makes of it. */
    private TestDispatcher windowsOf(WindowPolicy policy, Function<List<String>, Mono<String>> verdict) {
        return windowsOf(policy, windowing(window -> window.collectList()
                .doOnNext(windows::add)
                .flatMap(verdict)
                .flux()));
    }

    private static TestDispatcher windowsOf(WindowPolicy policy, FunctionCode code) {
        return new TestDispatcher(
                function("fn", code, 2, TIMEOUT, BatchPolicy.DEFAULT).withWindow(policy));
    }

    private static Mono<String> joined(List<String> texts) {
        return Mono.just(String.join("+", texts));
    }

    private static void offer(TestDispatcher test, String... ids) {
        for (var id : ids) {
            test.source.offer(id, id.substring(0, 1));
        }
        test.run();
    }

    @Test
    void callsTheFunctionOncePerFullWindow() {
        var test = windowsOf(THREE, WindowTest::joined);
        test.attach(retries(0));
        offer(test, "a", "b", "c", "d");
        assertThat(test.answers.texts()).containsExactly("a+b+c");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);

        test.advance(WITHIN);
        assertThat(test.answers.texts()).containsExactly("a+b+c", "d");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(4);
    }

    @Test
    void acceptsNoInputBeforeTheOutputHasCompletedAndIsStored() {
        var end = Sinks.<String>one();
        var test = windowsOf(THREE, windowing(window -> window.concatWith(end.asMono())));
        test.answers.hold();
        test.attach(retries(0));
        offer(test, "a", "b", "c");
        assertThat(test.answers.texts()).containsExactly("a", "b", "c");
        assertThat(test.source.count(State.ACCEPTED)).isZero();

        end.tryEmitEmpty();
        test.run();
        assertThat(test.source.count(State.ACCEPTED)).isZero();

        test.answers.acknowledge();
        test.run();
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);
    }

    @Test
    void numbersTheAnswersOfAWindowBehindItsFirstEvent() {
        var test = windowsOf(THREE, windowing(window -> window.map(String::toUpperCase)));
        test.attach(retries(0));
        test.source.offer(event("a").with("sluicehops", "2"), null, 0);
        test.source.offer(event("b").with("sluicehops", "7"), null, 0);
        test.source.offer("c");
        test.run();

        assertThat(test.answers.ids()).containsExactly("a:tr:1", "a:tr:2", "a:tr:3");
        assertThat(test.answers.stored)
                .allSatisfy(
                        answer -> assertThat(answer.getExtension("causationid")).isEqualTo("a"))
                .allSatisfy(
                        answer -> assertThat(answer.getExtension("sluicehops")).hasToString("8"));
    }

    @Test
    void repeatsAFailedWindowAsItWasThoughOthersArriveMeanwhile() {
        var failures = new AtomicInteger();
        var test = windowsOf(
                THREE,
                texts -> texts.contains("b1") && failures.incrementAndGet() < 3
                        ? Mono.error(new IllegalStateException("not yet"))
                        : joined(texts));
        test.attach(retries(5, Duration.ofSeconds(1)));
        offer(test, "a1", "b1", "a2");
        offer(test, "a3", "c1", "b2", "d1", "e1", "f1");
        test.advance(Duration.ofSeconds(5));

        assertThat(windows.stream().filter(window -> window.contains("b1")))
                .containsExactly(List.of("a1", "a2", "b1"), List.of("a1", "a2", "b1"), List.of("a1", "a2", "b1"));
        assertThat(test.answers.ids()).contains("a1:tr:1").doesNotHaveDuplicates();
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(9);
        var seen = windows.stream().flatMap(List::stream).distinct().toList();
        assertThat(seen.stream().filter(id -> id.startsWith("a"))).containsExactly("a1", "a2", "a3");
        assertThat(seen.stream().filter(id -> id.startsWith("b"))).containsExactly("b1", "b2");
    }

    @Test
    void deadLettersEveryEventOfAWindowThatIsOutOfTries() {
        var test = windowsOf(
                THREE,
                texts -> texts.contains("b") ? Mono.error(new IllegalStateException("poisoned")) : joined(texts));
        test.attach(retries(2));
        offer(test, "a", "b", "c");
        test.advance(Duration.ofSeconds(1));
        assertThat(windows).hasSize(3);
        assertThat(test.deadLetters.ids()).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(test.deadLetters.stored)
                .allSatisfy(
                        letter -> assertThat(letter.getExtension("dlattempts")).isEqualTo(3))
                .allSatisfy(
                        letter -> assertThat(letter.getExtension("dlreason")).isEqualTo("exhausted"));
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);
    }

    @Test
    void isolatesThePoisonEventWhenWindowsAreBisected() {
        var bisecting = new WindowPolicy(4, WITHIN, null, 10, true);
        var test = windowsOf(
                bisecting, texts -> texts.contains("c") ? Mono.error(new IllegalStateException("no")) : joined(texts));
        test.attach(retries(0));
        offer(test, "a", "b", "c", "d");
        test.advance(Duration.ofSeconds(1));

        assertThat(test.deadLetters.ids()).containsExactly("c");
        assertThat(test.answers.texts()).containsExactlyInAnyOrder("a+b", "d");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(4);
    }

    @Test
    void deadLettersTheOneEventThatCannotBeReadAndRunsTheOthers() {
        var read = new ArrayList<List<Integer>>();
        Function<Flux<JsonNode>, Mono<Void>> handler = window ->
                window.map(JsonNode::asInt).collectList().doOnNext(read::add).then();
        var test = windowsOf(
                THREE,
                Fixtures.code(TypedFunction.of(new TypeRef<Function<Flux<JsonNode>, Mono<Void>>>() {}, handler)));
        test.attach(retries(5));
        test.source.offer(event("1", "1"), "a", 0);
        test.source.offer(event("2", "no json"), "b", 0);
        test.source.offer(event("3", "3"), "c", 0);
        test.advance(Duration.ofSeconds(1));

        assertThat(read).containsExactly(List.of(1, 3));
        assertThat(test.deadLetters.only().getExtension("dlreason")).isEqualTo("undecodable");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);
    }

    @Test
    void takesWhatTheFunctionDidNotReadForConsumedOnceItsOutputIsStored() {
        var test = windowsOf(THREE, windowing(window -> window.take(1)));
        test.attach(retries(0));
        offer(test, "a", "b", "c");

        assertThat(test.answers.texts()).containsExactly("a");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);
    }

    @Test
    void feedsTheWindowOnDemand() {
        var asked = new ArrayList<Long>();
        var handed = new AtomicInteger();
        var test = windowsOf(THREE, windowing(window -> window.doOnRequest(asked::add)
                .doOnNext(text -> handed.incrementAndGet())
                .concatMap(text -> Mono.<String>never(), 1)));
        test.attach(retries(0));
        offer(test, "a", "b", "c");

        assertThat(asked).containsOnly(1L);
        assertThat(handed.get()).isLessThan(3);
    }

    @Test
    void holdsTheWholeWindowToOneDeadline() {
        var test = windowsOf(THREE, windowing(window -> window.concatWith(Mono.never())));
        test.attach(retries(0));
        offer(test, "a", "b", "c");
        test.advance(TIMEOUT.minusMillis(1));
        assertThat(test.deadLetters.stored).isEmpty();

        test.advanceMillis(1);
        assertThat(test.deadLetters.stored).hasSize(3).allSatisfy(letter -> assertThat(letter.getExtension("dlerror"))
                .isEqualTo("TimedOut: function 'fn' ran past its timeout of 10000 ms"));
        assertThat(test.status().leased()).isZero();
    }

    @Test
    void countsATryForEachEventOfAWindowAndTellsTheFunction() {
        var attempts = new ArrayList<Integer>();
        BiFunction<Flux<String>, Invocation, Mono<Void>> handler = (window, invocation) -> {
            attempts.add(invocation.attempt());
            return attempts.size() < 3 ? Mono.error(new IllegalStateException("again")) : window.then();
        };
        var test = windowsOf(
                THREE,
                Fixtures.code(
                        TypedFunction.of(new TypeRef<BiFunction<Flux<String>, Invocation, Mono<Void>>>() {}, handler)));
        var pipeline = test.attach(retries(5));
        offer(test, "a", "b", "c");
        test.advance(Duration.ofSeconds(1));

        assertThat(attempts).containsExactly(1, 2, 3);
        assertThat(pipeline.status().retried()).isEqualTo(6);
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);
    }

    @Test
    void runsTheRestOfAFailedWindowWhenAPartitionOfItIsTakenAway() {
        var failed = new AtomicInteger();
        var test = windowsOf(
                THREE,
                texts -> failed.getAndIncrement() == 0 ? Mono.error(new IllegalStateException("once")) : joined(texts));
        test.attach(retries(3, Duration.ofSeconds(1)));
        test.source.offer("a", "a", 0);
        test.source.offer("b", "b", 1);
        test.source.offer("c", "c", 0);
        test.run();
        var gone = new AtomicInteger();
        test.source.revoke(0, gone::incrementAndGet);
        test.run();
        assertThat(gone).hasValue(1);

        test.advance(Duration.ofSeconds(2));
        assertThat(windows).containsExactly(List.of("a", "b", "c"), List.of("b"));
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(1);
        assertThat(test.source.count(State.RELEASED)).isEqualTo(2);
    }

    @Test
    void rejectsAWholeWindowAtOnceWhenTheFunctionDoes() {
        var test = windowsOf(THREE, texts -> Mono.error(new FunctionException.Rejected("not these")));
        test.attach(retries(5));
        offer(test, "a", "b", "c");

        assertThat(windows).hasSize(1);
        assertThat(test.deadLetters.stored).hasSize(3).allSatisfy(letter -> assertThat(letter.getExtension("dlreason"))
                .isEqualTo("rejected"));
    }

    @Test
    void runsACallAsAWindowOfItsOwn() {
        var test = windowsOf(WindowPolicy.DEFAULT, WindowTest::joined);
        var pipeline = test.attach(Fixtures.calls(EventFilter.PASS));
        var call = new FakeCall("one");
        assertThat(test.dispatcher.submit(pipeline, call)).isInstanceOf(Admission.Admitted.class);
        test.run();

        assertThat(windows).containsExactly(List.of("one"));
        assertThat(call.accepted()).isTrue();
    }

    @Test
    void givesBackWhatWaitsForItsWindowWhenTheEngineStops() {
        var test = windowsOf(THREE.by("key"), WindowTest::joined);
        test.attach(retries(0));
        offer(test, "a1", "a2", "b1");
        test.dispatcher.drain(Duration.ofSeconds(1)).subscribe();
        test.run();

        assertThat(windows).isEmpty();
        assertThat(test.source.count(State.RELEASED)).isEqualTo(3);
    }

    // ---- a window for each key

    @Test
    void keepsAWindowForEachKeyAndClosesItByItsSizeOrTime() {
        var test = windowsOf(THREE.by("key"), WindowTest::joined);
        var pipeline = test.attach(retries(0));
        offer(test, "a1", "b1", "a2");
        test.advance(WITHIN.dividedBy(2));
        offer(test, "c1", "a3", "a4");
        assertThat(windows).containsExactly(List.of("a1", "a2", "a3"));
        assertThat(pipeline.lanes.windows().open()).isEqualTo(3);
        assertThat(pipeline.lanes.windows().bytes()).isEqualTo(300);

        test.advance(WITHIN.dividedBy(2));
        assertThat(windows).containsExactly(List.of("a1", "a2", "a3"), List.of("b1"));
        test.advance(WITHIN.dividedBy(2));
        assertThat(windows).contains(List.of("c1"), List.of("a4")).hasSize(4);
        assertThat(pipeline.lanes.windows().open()).isZero();
        assertThat(pipeline.lanes.windows().bytes()).isZero();
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(6);
    }

    @Test
    void takesAnAttributeForTheKeyAndGathersEventsWithoutItTogether() {
        var test = windowsOf(THREE.by("customer"), WindowTest::joined);
        test.attach(retries(0));
        test.source.offer(event("1").with("customer", "x"), "p", 0);
        test.source.offer(event("2"), "p", 0);
        test.source.offer(event("3").with("customer", "x"), "q", 0);
        test.source.offer(event("4"), null, 0);
        test.advance(WITHIN);

        assertThat(windows).containsExactlyInAnyOrder(List.of("1", "3"), List.of("2", "4"));
    }

    @Test
    void runsOneWindowOfAKeyAfterTheOther() {
        var ends = new ArrayList<Sinks.One<String>>();
        var test = windowsOf(THREE.by("key"), texts -> {
            var end = Sinks.<String>one();
            ends.add(end);
            return end.asMono();
        });
        test.attach(retries(0));
        offer(test, "a1", "a2", "a3", "a4", "a5", "a6");
        test.advance(WITHIN);
        assertThat(windows).containsExactly(List.of("a1", "a2", "a3"));

        ends.get(0).tryEmitEmpty();
        test.run();
        assertThat(windows).containsExactly(List.of("a1", "a2", "a3"), List.of("a4", "a5", "a6"));
    }

    @Test
    void closesTheOldestWindowEarlyWhenMoreAreOpenThanThereMayBe() {
        var test = windowsOf(new WindowPolicy(10, Duration.ofMinutes(1), "key", 2, false), WindowTest::joined);
        var pipeline = test.attach(retries(0));
        offer(test, "a1", "b1", "a2", "c1");

        assertThat(windows).containsExactly(List.of("a1", "a2"));
        assertThat(pipeline.lanes.windows().open()).isEqualTo(2);
        assertThat(pipeline.lanes.windows().closedEarly()).isEqualTo(1);
    }

    @Test
    void neverHoldsAPartitionBackForWindowsThatAreOpen() {
        var test = new TestDispatcher(
                function("fn", windowing(window -> window), 1, TIMEOUT, BatchPolicy.DEFAULT)
                        .withWindow(new WindowPolicy(1_000, Duration.ofMinutes(5), "key", 10_000, false)),
                Runnable::run,
                TestDispatcher.options(10, 32L << 20, 32));
        var pipeline = test.attach(retries(0));
        IntStream.range(0, 500).forEach(i -> test.source.offer("e" + i, "k" + i));
        test.run();

        assertThat(pipeline.lanes.windows().events()).isEqualTo(5);
        assertThat(test.source.paused()).isEmpty();
        assertThat(pipeline.counts.pauses.get()).isZero();
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(495);
    }

    @Test
    void repeatsAFailedWindowOfAKeyBeforeWhatCameBehind() {
        var failed = new AtomicInteger();
        var test = windowsOf(
                THREE.by("key"),
                texts -> failed.getAndIncrement() == 0 ? Mono.error(new IllegalStateException("once")) : joined(texts));
        test.attach(retries(3, Duration.ofSeconds(1)));
        offer(test, "a1", "a2", "a3", "a4", "b1");
        test.advance(Duration.ofSeconds(3));

        assertThat(windows)
                .containsExactly(List.of("a1", "a2", "a3"), List.of("b1"), List.of("a1", "a2", "a3"), List.of("a4"));
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(5);
    }
}

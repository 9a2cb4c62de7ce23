package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.event;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.broker.Intake.Admission;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.FakeSource.State;
import dev.sluice.function.FunctionConfig;
import dev.sluice.function.Received;
import dev.sluice.function.TypeRef;
import dev.sluice.function.TypedFunction;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Functions that settle each event of their stream themselves, in virtual time. */
class StreamTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final List<Received<String>> received = new ArrayList<>();
    private final AtomicInteger subscriptions = new AtomicInteger();

    /** A function that keeps what it receives, as much as there is, and answers nothing. */
    private Flux<String> keep(Flux<Received<String>> events) {
        return events.doOnSubscribe(subscription -> subscriptions.incrementAndGet())
                .doOnNext(received::add)
                .thenMany(Flux.empty());
    }

    static TestDispatcher streamOf(Function<Flux<Received<String>>, Flux<String>> handler) {
        return streamOf(1, handler);
    }

    private static TestDispatcher streamOf(int instances, Function<Flux<Received<String>>, Flux<String>> handler) {
        return streamOf(
                instances,
                Fixtures.code(
                        TypedFunction.of(new TypeRef<Function<Flux<Received<String>>, Flux<String>>>() {}, handler)));
    }

    static TestDispatcher streamOf(int instances, FunctionCode code) {
        return new TestDispatcher(new FunctionSpec(
                "fn", code, instances, 16, Duration.ofMillis(1), BatchPolicy.DEFAULT, FunctionConfig.EMPTY));
    }

    private List<String> ids() {
        return received.stream().map(each -> each.event().getId()).toList();
    }

    private static Flux<String> answering(Received<String> event, String answer) {
        return Flux.just(answer).concatWith(Mono.fromRunnable(event::accept));
    }

    // ---- settling

    @Test
    void leavesEachEventOpenUntilTheFunctionSettlesIt() {
        var test = streamOf(this::keep);
        test.attach(retries(0));
        List.of("a", "b", "c").forEach(id -> test.source.offer(id, "k"));
        test.advance(Duration.ofMinutes(5));
        assertThat(ids()).containsExactly("a", "b", "c");
        assertThat(subscriptions).hasValue(1);
        assertThat(test.source.count(State.LENT)).isEqualTo(3);

        assertThat(received.get(1).accept()).isTrue();
        assertThat(received.get(1).accept()).isFalse();
        assertThat(received.get(1).release()).isFalse();
        assertThat(received.get(1).reject(new IllegalStateException())).isFalse();
        test.run();
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(1);
        assertThat(received.get(0).value()).isEqualTo("a");
    }

    @Test
    void acceptsAnEventOnceWhatWasEmittedBeforeIsStored() {
        var test = streamOf(events ->
                events.concatMap(event -> answering(event, event.value().toUpperCase())));
        test.answers.hold();
        test.attach(retries(0));
        test.source.offer("a");
        test.source.offer("b");
        test.run();
        assertThat(test.answers.texts()).containsExactly("A", "B");
        assertThat(test.source.count(State.ACCEPTED)).isZero();

        test.answers.acknowledge();
        test.run();
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(2);
        assertThat(test.answers.ids()).doesNotHaveDuplicates().allMatch(id -> id.startsWith("tr:"));
    }

    @Test
    void makesAnswersThatNameTheirEvent() {
        var test = streamOf(
                1,
                Fixtures.code(TypedFunction.of(
                        new TypeRef<Function<Flux<Received<String>>, Flux<CloudEvent>>>() {},
                        events -> events.flatMap(event -> Flux.just(event.answer("one"), event.answer("two"))))));
        test.attach(retries(0));
        test.source.offer(event("a").with("sluicehops", "4").with("correlationid", "c"), null, 0);
        test.run();

        assertThat(test.answers.ids()).containsExactly("a:tr:1", "a:tr:2");
        assertThat(test.answers.stored)
                .allSatisfy(
                        answer -> assertThat(answer.getExtension("causationid")).isEqualTo("a"))
                .allSatisfy(answer ->
                        assertThat(answer.getExtension("correlationid")).isEqualTo("c"))
                .allSatisfy(
                        answer -> assertThat(answer.getExtension("sluicehops")).hasToString("5"));
    }

    @Test
    void makesADeadLetterOfWhatTheFunctionRejects() {
        var test = streamOf(this::keep);
        test.attach(retries(3));
        test.source.offer("a");
        test.run();
        assertThat(received.get(0).reject(new IllegalStateException("not mine")))
                .isTrue();
        test.run();

        assertThat(test.deadLetters.only().getExtension("dlreason")).isEqualTo("rejected");
        assertThat(test.deadLetters.only().getExtension("dlerror"))
                .isEqualTo("java.lang.IllegalStateException: not mine");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(1);
    }

    @Test
    void handsAReleasedEventOutAgainAfterTheBackOffHoweverOften() {
        var test = streamOf(this::keep);
        test.attach(retries(0, SECOND));
        test.source.offer("a");
        for (var i = 0; i < 5; i++) {
            test.run();
            assertThat(ids()).hasSize(i + 1);
            assertThat(received.get(i).release()).isTrue();
            test.advance(SECOND.minusMillis(1));
            assertThat(ids()).hasSize(i + 1);
            test.advanceMillis(1);
        }
        assertThat(ids()).containsOnly("a");
        assertThat(test.deadLetters.stored).isEmpty();
    }

    @Test
    void deadLettersWhatCannotBeReadWithoutShowingItToTheFunction() {
        var read = new ArrayList<Integer>();
        var test = streamOf(
                1,
                Fixtures.code(TypedFunction.of(
                        new TypeRef<Function<Flux<Received<JsonNode>>, Mono<Void>>>() {},
                        events -> events.doOnNext(event -> {
                                    read.add(event.value().asInt());
                                    event.accept();
                                })
                                .then())));
        test.attach(retries(3));
        test.source.offer(event("1", "1"), null, 0);
        test.source.offer(event("2", "no json"), null, 0);
        test.source.offer(event("3", "3"), null, 0);
        test.run();

        assertThat(read).containsExactly(1, 3);
        assertThat(test.deadLetters.only().getExtension("dlreason")).isEqualTo("undecodable");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);
    }

    // ---- demand

    @Test
    void handsOutWhatIsAskedForAndFetchesNoMoreThanALineOfIt() {
        var subscriber = new ArrayList<Subscription>();
        var test = streamOf(events -> Flux.create(sink -> events.subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscriber.add(subscription);
            }

            @Override
            protected void hookOnNext(Received<String> event) {
                received.add(event);
            }
        })));
        test.attach(retries(0));
        IntStream.range(0, 2_000).forEach(i -> test.source.offer("e" + i));
        test.run();
        assertThat(received).isEmpty();
        assertThat(test.source.count(State.LENT)).isEqualTo(Streams.PREFETCH);

        subscriber.get(0).request(3);
        test.run();
        assertThat(ids()).containsExactly("e0", "e1", "e2");
        assertThat(test.source.count(State.LENT)).isLessThanOrEqualTo(Streams.PREFETCH + 3);
    }

    @Test
    void handsOutNoMoreWhenTheFunctionHoldsAThousandUnsettled() {
        var test = streamOf(this::keep);
        var pipeline = test.attach(retries(0));
        IntStream.range(0, 2_000).forEach(i -> test.source.offer("e" + i));
        test.run();
        assertThat(received).hasSize(StreamRun.UNSETTLED_MAX);
        test.dispatcher.signal(() -> pipeline.streams().tick(test.loop.nanos()));
        test.run();
        assertThat(pipeline.status().detail()).contains("holds 1000 events that it has not settled");

        IntStream.range(0, 10).forEach(i -> received.get(i).accept());
        test.run();
        assertThat(received).hasSize(StreamRun.UNSETTLED_MAX + 10);
    }

    // ---- ends

    @Test
    void startsAStreamThatFailsAgainWithABackOffAndRepeatsWhatItHadNotSettled() {
        var test = streamOf(events -> {
            subscriptions.incrementAndGet();
            return events.doOnNext(received::add)
                    .concatMap(event -> event.value().equals("bad") && subscriptions.get() < 4
                            ? Flux.error(new IllegalStateException("broken"))
                            : Flux.empty());
        });
        var pipeline = test.attach(retries(0));
        test.source.offer("a", "k");
        test.run();
        received.get(0).accept();
        test.source.offer("b", "k");
        test.source.offer("bad", "k");
        test.source.offer("c", "k");
        test.run();
        assertThat(subscriptions).hasValue(1);
        assertThat(pipeline.status().detail())
                .isEqualTo("0 of 1 streams run, a stream failed: java.lang.IllegalStateException: broken,"
                        + " it starts again after 1 s");
        received.clear();

        test.advance(SECOND);
        assertThat(subscriptions).hasValue(2);
        test.advance(Duration.ofSeconds(2).minusMillis(1));
        assertThat(subscriptions).hasValue(2);
        test.advanceMillis(1);
        assertThat(subscriptions).hasValue(3);
        received.clear();
        test.advance(Duration.ofSeconds(4));
        assertThat(ids()).containsExactly("b", "bad", "c");
        assertThat(pipeline.status().detail()).isEmpty();
        assertThat(test.deadLetters.stored).isEmpty();
        assertThat(pipeline.counts.streamRestarts.get()).isEqualTo(3);
    }

    @Test
    void takesAnEventFromAStreamThatHasEnded() {
        var end = Sinks.<String>one();
        var test = streamOf(events ->
                events.doOnNext(received::add).thenMany(Flux.<String>never()).takeUntilOther(end.asMono()));
        test.attach(retries(0));
        test.source.offer("a");
        test.run();
        end.tryEmitEmpty();
        test.run();

        assertThat(received.get(0).accept()).isFalse();
        test.run();
        assertThat(test.source.count(State.ACCEPTED)).isZero();
    }

    @Test
    void countsWhatWasAcceptedRightBeforeTheStreamEnded() {
        var test = streamOf(events -> events.take(1).flatMap(event -> answering(event, "last")));
        test.attach(retries(0));
        test.source.offer("a");
        test.run();

        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(1);
        assertThat(test.answers.texts()).containsExactly("last");
    }

    @Test
    void repeatsAnEventWhoseAnswerCouldNotBeStored() {
        var test = streamOf(events -> events.concatMap(event -> answering(event, event.value())));
        test.answers.failing(new IllegalStateException("broker is gone"));
        var pipeline = test.attach(retries(0));
        test.source.offer("a");
        test.run();
        assertThat(test.source.count(State.ACCEPTED)).isZero();
        assertThat(pipeline.status().detail()).contains("broker is gone");

        test.answers.failing(null);
        test.advance(SECOND);
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(1);
        assertThat(test.answers.texts()).containsExactly("a");
    }

    @Test
    void letsTheFunctionFinishWhenTheEngineStopsAndGivesTheRestBack() {
        var test = streamOf(events -> events.doOnNext(received::add)
                .map(Received::value)
                .collectList()
                .map(all -> "sum " + all.size())
                .flux()
                .doOnComplete(() -> received.get(0).accept()));
        test.attach(retries(0));
        test.source.offer("a");
        test.source.offer("b");
        test.run();
        var ended = new AtomicInteger();
        test.dispatcher.drain(Duration.ofSeconds(5)).subscribe(none -> {}, e -> {}, ended::incrementAndGet);
        test.run();

        assertThat(test.answers.texts()).containsExactly("sum 2");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(1);
        assertThat(test.source.count(State.RELEASED)).isEqualTo(1);
        assertThat(ended).hasValue(1);
    }

    @Test
    void completesAnInputThatIsSubscribedToAfterItsEnd() {
        var open = Sinks.<String>one();
        var test = streamOf(events -> open.asMono().thenMany(keep(events)));
        test.attach(retries(0));
        test.run();
        var ended = new AtomicInteger();
        test.dispatcher.drain(Duration.ofSeconds(5)).subscribe(none -> {}, e -> {}, ended::incrementAndGet);
        test.run();
        assertThat(ended).hasValue(0);

        open.tryEmitEmpty();
        test.run();
        assertThat(ended).hasValue(1);
    }

    @Test
    void cancelsAStreamThatDoesNotEndWithinTheGrace() {
        var cancelled = new AtomicInteger();
        var test = streamOf(events -> keep(events).concatWith(Mono.never()).doOnCancel(cancelled::incrementAndGet));
        test.attach(retries(0));
        test.source.offer("a");
        test.run();
        var ended = new AtomicInteger();
        test.dispatcher.drain(Duration.ofSeconds(5)).subscribe(none -> {}, e -> {}, ended::incrementAndGet);
        test.advance(Duration.ofSeconds(5).minusMillis(1));
        assertThat(ended).hasValue(0);

        test.advanceMillis(1);
        assertThat(ended).hasValue(1);
        assertThat(cancelled).hasValue(1);
        assertThat(test.source.count(State.RELEASED)).isEqualTo(1);
        assertThat(received.get(0).accept()).isFalse();
    }

    @Test
    void asksForEventsOfOtherPartitionsWhenThatOfAllThatWaitIsTakenAway() {
        var test = streamOf(events -> events.concatMap(event -> Mono.<String>never(), 1));
        test.attach(retries(0));
        IntStream.range(0, Streams.PREFETCH).forEach(i -> test.source.offer("e" + i, "k", 0));
        IntStream.range(0, 10).forEach(i -> test.source.offer("other" + i, "k", 1));
        test.run();
        assertThat(test.source.count(State.OFFERED)).as("no room for them").isEqualTo(10);

        test.source.revoke(0, () -> {});
        test.run();
        // It works on one event and has asked for the next.
        assertThat(test.source.count(State.RELEASED)).isEqualTo(Streams.PREFETCH - 2);
        assertThat(test.source.count(State.LENT))
                .as("what the function has, and the others")
                .isEqualTo(2 + 10);
    }

    @Test
    void givesBackTheEventsOfAPartitionThatIsTakenAway() {
        var test = streamOf(this::keep);
        test.attach(retries(0));
        test.source.offer("a", "a", 0);
        test.source.offer("b", "b", 1);
        test.run();
        var done = new AtomicInteger();
        test.source.revoke(0, done::incrementAndGet);
        test.advance(Duration.ofSeconds(3));
        assertThat(done).hasValue(0);

        test.advance(SECOND);
        assertThat(done).hasValue(1);
        assertThat(received.get(0).accept()).isFalse();
        assertThat(received.get(1).accept()).isTrue();
        test.run();
        assertThat(test.source.count(State.RELEASED)).isEqualTo(1);
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(1);
    }

    @Test
    void endsARevocationAtOnceWhenTheFunctionSettlesInTime() {
        var test = streamOf(this::keep);
        test.attach(retries(0));
        test.source.offer("a", "a", 0);
        test.run();
        var done = new AtomicInteger();
        test.source.revoke(0, done::incrementAndGet);
        test.run();
        assertThat(received.get(0).accept()).isTrue();
        test.run();

        assertThat(done).hasValue(1);
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(1);
    }

    // ---- instances

    @Test
    void keepsAKeyOnOneStreamOfMany() {
        var number = new AtomicInteger();
        var seen = new ArrayList<String>();
        var test = streamOf(3, events -> {
            var stream = number.incrementAndGet();
            return events.doOnNext(event -> {
                        seen.add(event.value().charAt(0) + "@" + stream);
                        event.accept();
                    })
                    .thenMany(Flux.empty());
        });
        test.attach(retries(0));
        IntStream.range(0, 300).forEach(i -> test.source.offer((char) ('a' + i % 10) + "-" + i, "key" + i % 10));
        test.run();

        assertThat(number).hasValue(3);
        assertThat(seen).hasSize(300);
        assertThat(seen.stream().distinct()).hasSize(10);
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(300);
        assertThat(test.status().leased()).isEqualTo(3);
    }

    @Test
    void refusesCallsAndScalingAndASecondTrigger() {
        var test = streamOf(this::keep);
        var pipeline = test.attach(Fixtures.calls(EventFilter.PASS));
        assertThat(test.dispatcher.submit(pipeline, new FakeCall("one")))
                .isInstanceOfSatisfying(Admission.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo("function 'fn' is a stream: it takes the events of its trigger only"));

        var spec = FunctionSpec.of("fn", test.dispatcher.spec().code());
        assertThat(spec.concurrency()).isEqualTo(1);
        try (var engine = new TestEngine(spec, retries(0))) {
            var more = Fixtures.trigger(
                    "more",
                    new FakeSource(),
                    dev.sluice.broker.Ordering.KEY,
                    engine.answers,
                    retries(0),
                    engine.deadLetters,
                    1);
            assertThatThrownBy(() -> engine.engine.attach(more))
                    .hasMessage("trigger 'more' names function 'fn', which is a stream and has a trigger: 'tr'");
            assertThatThrownBy(() -> engine.engine.attach(Fixtures.calls(EventFilter.PASS)))
                    .hasMessageContaining("which is a stream and takes events of a topic only");
        }
    }
}

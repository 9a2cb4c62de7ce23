package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.retries;
import static dev.sluice.engine.Fixtures.when;
import static dev.sluice.engine.StreamTest.streamOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.sluice.engine.DeliveryPolicy.DeadLetterFailure;
import dev.sluice.engine.FakeSource.State;
import dev.sluice.function.Received;
import dev.sluice.function.TypeRef;
import dev.sluice.function.TypedFunction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What becomes of a stream for life whose function misbehaves, in virtual time. */
class OddStreamsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final AtomicInteger subscriptions = new AtomicInteger();

    private void failsWith(Function<Flux<Received<String>>, Flux<String>> handler, String problem) {
        var test = streamOf(handler);
        var pipeline = test.attach(retries(0));
        test.source.offer("a");
        test.run();
        assertThat(pipeline.status().detail())
                .contains("a stream failed: " + problem)
                .contains("after 1 s");
        assertThat(test.source.count(State.LENT)).isEqualTo(1);
        assertThat(test.status().leased()).isZero();
    }

    @Test
    void startsAStreamAgainThatThrowsOrReturnsNull() {
        failsWith(
                events -> {
                    throw new IllegalStateException("at once");
                },
                "java.lang.IllegalStateException: at once");
        failsWith(events -> null, "BadAnswer: function 'fn' returned null instead of a publisher");
    }

    @Test
    void startsAStreamAgainThatAsksForNothingOrThrowsInItsSubscriber() {
        failsWith(
                events -> Flux.create(sink -> events.subscribe(new BaseSubscriber<>() {
                    @Override
                    protected void hookOnSubscribe(Subscription subscription) {
                        subscription.request(1);
                    }

                    @Override
                    protected void hookOnNext(Received<String> event) {
                        throw new IllegalStateException("in between");
                    }

                    @Override
                    protected void hookOnError(Throwable error) {
                        sink.error(error);
                    }
                })),
                "java.lang.IllegalStateException: in between");
    }

    @Test
    void startsAStreamAgainThatAnswersMoreThanItWasAskedFor() {
        var test = streamOf(events -> new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> subscriber) {
                subscriber.onSubscribe(new Idle());
                for (var i = 0; i < 2_000; i++) {
                    subscriber.onNext("answer " + i);
                }
            }
        });
        test.answers.hold();
        var pipeline = test.attach(retries(0));
        test.run();
        assertThat(test.answers.stored.size()).isLessThan(400);
        test.answers.acknowledge();
        test.run();

        assertThat(pipeline.status().detail())
                .contains("a stream failed: BadAnswer: function 'fn' answered more than was asked for");
    }

    @JsonDeserialize(using = Broken.Reader.class)
    record Broken(int number) {
        static final class Reader extends JsonDeserializer<Broken> {
            @Override
            public Broken deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                var number = parser.getIntValue();
                switch (number) {
                    case 1 -> throw new IllegalStateException("no luck");
                    case 2 -> throw new NoClassDefFoundError("acme/Gone");
                    case 3 -> throw new StackOverflowError();
                    default -> {
                        return new Broken(number);
                    }
                }
            }
        }
    }

    @Test
    void deadLettersWhatADeserializerThrowsAtAndFeedsTheStreamOn() {
        var read = new ArrayList<Integer>();
        var test = streamOf(
                1,
                Fixtures.code(TypedFunction.of(
                        new TypeRef<Function<Flux<Received<Broken>>, Mono<Void>>>() {},
                        events -> events.doOnNext(event -> {
                                    read.add(event.value().number());
                                    event.accept();
                                })
                                .then())));
        var pipeline = test.attach(retries(0));
        for (var number = 0; number <= 4; number++) {
            test.source.offer(Fixtures.event("e" + number, "" + number), null, 0);
            test.run();
        }

        assertThat(read).containsExactly(0, 4);
        assertThat(test.deadLetters.stored)
                .extracting(letter -> letter.getExtension("dlreason"))
                .containsExactly("undecodable", "undecodable", "undecodable");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(5);
        assertThat(pipeline.busy()).as("the stream alone").isEqualTo(1);
    }

    @Test
    void refusesASecondSubscriptionOfTheInput() {
        failsWith(
                events -> Flux.merge(events.map(Received::value), events.map(Received::value)),
                "java.lang.IllegalStateException: a stream can be subscribed once");
    }

    @Test
    void startsAStreamAgainThatCompletes() {
        var test = streamOf(events -> {
            subscriptions.incrementAndGet();
            return Flux.empty();
        });
        var pipeline = test.attach(retries(0));
        test.run();
        assertThat(pipeline.status().detail()).contains("a stream completed, it starts again after 1 s");
        test.advance(SECOND);
        assertThat(subscriptions).hasValue(2);
    }

    @Test
    void leavesTheSourceOfAStoppedTriggerThoughItsStreamNeverEnds() {
        var cancelled = new AtomicInteger();
        var test = streamOf(events -> events.doOnNext(event -> {
                    if (event.value().equals("bad")) {
                        event.reject(new IllegalStateException("no"));
                    }
                })
                .thenMany(Flux.<String>never())
                .doOnCancel(cancelled::incrementAndGet));
        test.deadLetters.failing(new IllegalStateException("gone"));
        var pipeline = test.attach(when(retries(0), DeadLetterFailure.STOP));
        test.source.offer("kept");
        test.source.offer("bad");
        test.run();
        assertThat(pipeline.departures.state()).isEqualTo(TriggerStatus.State.STOPPED);
        test.advance(Duration.ofSeconds(25).minusMillis(1));
        assertThat(test.source.cancelled()).isFalse();

        test.advanceMillis(1);
        assertThat(cancelled).hasValue(1);
        assertThat(test.source.cancelled()).isTrue();
        assertThat(test.source.count(State.RELEASED)).isEqualTo(2);
    }

    @Test
    void asksForMoreAnswersOnlyAsTheyAreStored() {
        var asked = new ArrayList<Long>();
        var test = streamOf(events -> Flux.range(0, 1_000)
                .map(n -> "answer " + n)
                .doOnRequest(asked::add)
                .concatWith(Flux.never()));
        test.answers.hold();
        test.attach(retries(0));
        test.run();
        assertThat(test.answers.stored).hasSize(StreamAnswers.MAX);

        test.answers.acknowledge();
        test.run();
        assertThat(test.answers.stored).hasSize(1_000);
        assertThat(test.answers.texts())
                .isEqualTo(
                        IntStream.range(0, 1_000).mapToObj(n -> "answer " + n).toList());
    }

    private static final class Idle implements Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}

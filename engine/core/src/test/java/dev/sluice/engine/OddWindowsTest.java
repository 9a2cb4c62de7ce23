package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.FakeSource.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What becomes of a window whose function misbehaves, in virtual time. */
class OddWindowsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final AtomicReference<Function<Flux<String>, Flux<String>>> handler = new AtomicReference<>();
    private TestDispatcher test;

    @BeforeEach
    void windowsOfThree() {
        test = new TestDispatcher(Fixtures.function(
                        "fn",
                        Fixtures.windowing(window -> handler.get().apply(window)),
                        1,
                        TIMEOUT,
                        BatchPolicy.DEFAULT)
                .withWindow(WindowPolicy.DEFAULT.with(3, Duration.ofMillis(10))));
        test.attach(retries(1));
    }

    private void runs(Function<Flux<String>, Flux<String>> function) {
        handler.set(function);
        List.of("a", "b", "c").forEach(test.source::offer);
        test.run();
        test.advance(Duration.ofSeconds(20));
    }

    private void ended(String error) {
        assertThat(test.deadLetters.stored)
                .hasSize(3)
                .allSatisfy(
                        letter -> assertThat(letter.getExtension("dlattempts")).isEqualTo(2))
                .allSatisfy(letter ->
                        assertThat(letter.getExtension("dlerror")).asString().startsWith(error));
        settled();
    }

    private void settled() {
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);
        assertThat(test.status().leased()).isZero();
    }

    @Test
    void cancelsRetriesAndDeadLettersAWindowThatNeverCompletes() {
        var cancelled = new AtomicInteger();
        runs(window -> window.concatWith(Mono.never()).doOnCancel(cancelled::incrementAndGet));
        assertThat(cancelled).hasValue(2);
        ended("TimedOut: function 'fn' ran past its timeout of 5000 ms");
    }

    @Test
    void countsThrowingForAFailedTry() {
        runs(window -> {
            throw new IllegalStateException("at once");
        });
        ended("java.lang.IllegalStateException: at once");
    }

    @Test
    void countsNullInsteadOfAPublisherForAFailedTry() {
        runs(window -> null);
        ended("BadAnswer: function 'fn' returned null instead of a publisher");
    }

    @Test
    void dropsWhatComesAfterTheCompletion() {
        runs(window -> new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> subscriber) {
                subscriber.onSubscribe(new Idle());
                subscriber.onNext("in time");
                subscriber.onComplete();
                subscriber.onNext("late");
                subscriber.onError(new IllegalStateException("later still"));
            }
        });
        assertThat(test.answers.texts()).containsExactly("in time");
        assertThat(test.deadLetters.stored).isEmpty();
        settled();
    }

    @Test
    void failsAWindowThatAnswersMoreThanItWasAskedFor() {
        runs(window -> new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> subscriber) {
                test.answers.hold();
                subscriber.onSubscribe(new Idle());
                for (var i = 0; i < 1_000; i++) {
                    subscriber.onNext("answer");
                }
                subscriber.onComplete();
                test.answers.acknowledge();
            }
        });
        ended("BadAnswer: function 'fn' answered more than was asked for");
    }

    @Test
    void endsWellWithoutAnAnswerWhenTheInputIsNotEvenSubscribed() {
        runs(window -> Flux.empty());
        assertThat(test.answers.stored).isEmpty();
        settled();
    }

    @Test
    void feedsAnInputThatIsSubscribedTwiceTwice() {
        runs(window -> window.concatWith(window));
        assertThat(test.answers.texts()).containsExactly("a", "b", "c", "a", "b", "c");
        settled();
    }

    @Test
    void failsAnInputThatIsAskedForNothing() {
        runs(window -> new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> subscriber) {
                window.subscribe(new CoreSubscriber<>() {
                    @Override
                    public void onSubscribe(Subscription subscription) {
                        subscriber.onSubscribe(new Idle());
                        subscription.request(0);
                    }

                    @Override
                    public void onNext(String text) {
                        subscriber.onNext(text);
                    }

                    @Override
                    public void onError(Throwable error) {
                        subscriber.onError(error);
                    }

                    @Override
                    public void onComplete() {
                        subscriber.onComplete();
                    }
                });
            }
        });
        assertThat(test.answers.stored).isEmpty();
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);
        assertThat(test.deadLetters.stored).hasSize(3);
    }

    @Test
    void repeatsTheAnswersOfAWindowThatFailsInTheEndUnderTheSameIds() {
        var tries = new AtomicInteger();
        runs(window ->
                tries.incrementAndGet() == 1 ? window.concatWith(Flux.error(new IllegalStateException("x"))) : window);
        assertThat(test.answers.ids()).containsExactly("a:tr:1", "a:tr:2", "a:tr:3", "a:tr:1", "a:tr:2", "a:tr:3");
        assertThat(test.deadLetters.stored).isEmpty();
        settled();
    }

    private static final class Idle implements Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}

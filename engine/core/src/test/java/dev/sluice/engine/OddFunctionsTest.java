package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.engine.FakeSource.Lent;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What becomes of an event whose reactive function misbehaves, on the real event loops. */
class OddFunctionsTest {
    private static final Duration TIMEOUT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(30);
    /** A busy machine may be late by this. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    @Test
    void cancelsRetriesAndDeadLettersAnEventWhoseFunctionNeverCompletes() {
        var began = new CopyOnWriteArrayList<Long>();
        var cancelled = new AtomicInteger();
        var code = reactive(text -> {
            if (!text.equals("stuck")) {
                return Mono.just("ok");
            }
            began.add(System.nanoTime());
            return Flux.<String>never().doOnCancel(cancelled::incrementAndGet);
        });
        try (var test = new TestEngine(function(code, 1, TIMEOUT), retries(1))) {
            var stuck = test.source.offer("stuck", "key");
            var behind = test.source.offer("behind", "key");
            accepted(stuck);
            accepted(behind);

            assertThat(cancelled).hasValue(2);
            var gap = Duration.ofNanos(began.get(1) - began.get(0));
            assertThat(gap).isBetween(TIMEOUT, TIMEOUT.plus(SLACK));
            var letter = test.deadLetters.only();
            assertThat(letter.getExtension("dlreason")).isEqualTo("exhausted");
            assertThat(letter.getExtension("dlattempts")).isEqualTo(2);
            assertThat(letter.getExtension("dlerror"))
                    .isEqualTo("TimedOut: function 'fn' ran past its timeout of 200 ms");
            assertThat(test.answers.texts()).containsExactly("ok");
            assertThat(test.function().leased()).isZero();
        }
    }

    @Test
    void freesTheSlotOfAFunctionThatNeverCompletesAtItsTimeout() {
        var freed = new AtomicReference<Duration>();
        var began = System.nanoTime();
        var code = reactive(text -> {
            if (text.equals("stuck")) {
                return Flux.never();
            }
            freed.set(Duration.ofNanos(System.nanoTime() - began));
            return Flux.empty();
        });
        try (var test = new TestEngine(function(code, 1, TIMEOUT), retries(0))) {
            test.source.offer("stuck", "one key");
            accepted(test.source.offer("next", "another key"));

            assertThat(freed.get()).isBetween(TIMEOUT, TIMEOUT.plus(SLACK));
        }
    }

    @Test
    void neverAcceptsAnEventWhoseFunctionDripsAnswersPastItsTimeout() {
        var code = reactive(text -> Flux.interval(TIMEOUT.multipliedBy(2).dividedBy(5))
                .map(n -> "drip " + n)
                .take(4));
        try (var test = new TestEngine(function(code, 1, TIMEOUT), retries(0))) {
            accepted(test.source.offer("slow"));

            assertThat(test.deadLetters.only().getExtension("dlerror").toString())
                    .startsWith("TimedOut: ");
            assertThat(test.answers.stored.size()).isLessThan(4);
            assertThat(test.trigger().done()).isZero();
        }
    }

    @Test
    void publishesTenAnswersInOrderBeforeItAccepts() {
        var code = reactive(text -> Flux.range(1, 10).map(n -> "answer " + n));
        try (var test = new TestEngine(function(code, 1, LONG), retries(0))) {
            test.answers.hold();
            var event = test.source.offer("in");
            await().until(() -> test.answers.stored.size() == 10);
            assertThat(event.accepted()).isFalse();

            test.answers.acknowledge();
            accepted(event);
            assertThat(test.answers.ids())
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 10)
                            .mapToObj(n -> "in:tr:" + n)
                            .toList());
            assertThat(test.answers.texts()).startsWith("answer 1", "answer 2").endsWith("answer 10");
            assertThat(test.trigger().answers()).isEqualTo(10);
        }
    }

    @Test
    void failsAFunctionThatAnswersMoreThanItWasAskedFor() {
        var cancelled = new AtomicInteger();
        var code = reactive(text -> wild(
                subscriber -> {
                    for (var i = 0; i < 300; i++) {
                        subscriber.onNext("answer");
                    }
                    subscriber.onComplete();
                },
                cancelled));
        try (var test = new TestEngine(function(code, 1, LONG), retries(0))) {
            test.answers.hold();
            var event = test.source.offer("in");
            await().until(() -> cancelled.get() > 0);
            assertThat(test.answers.stored).hasSize(256);
            assertThat(event.accepted()).isFalse();

            test.answers.acknowledge();
            accepted(event);
            assertThat(test.deadLetters.only().getExtension("dlerror"))
                    .isEqualTo("BadAnswer: function 'fn' answered more than was asked for");
        }
    }

    @Test
    void takesAnswersFromForeignThreads() {
        var thread = new AtomicReference<String>();
        var code = reactive(text -> Flux.just("a", "b")
                .publishOn(Schedulers.boundedElastic())
                .doOnNext(each -> thread.set(Thread.currentThread().getName())));
        try (var test = new TestEngine(function(code, 1, LONG), retries(0))) {
            accepted(test.source.offer("in"));

            assertThat(test.answers.texts()).containsExactly("a", "b");
            assertThat(thread.get()).startsWith("boundedElastic");
        }
    }

    @Test
    void dropsWhatAFunctionEmitsAfterItsCancel() {
        var late = new AtomicReference<Subscriber<? super String>>();
        var code = reactive(text -> wild(late::set, new AtomicInteger()));
        try (var test = new TestEngine(function(code, 1, TIMEOUT), retries(0))) {
            var event = test.source.offer("in");
            accepted(event);
            late.get().onNext("too late");
            late.get().onComplete();
            accepted(test.source.offer("other"));

            assertThat(test.answers.stored).isEmpty();
            assertThat(event.accepts).hasValue(1);
            assertThat(test.trigger().done()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"complete", "error", "next"})
    void settlesOnceWhenAFunctionGoesOnAfterItsCompletion(String then) {
        var code = reactive(text -> wild(
                subscriber -> {
                    subscriber.onNext("answer");
                    subscriber.onComplete();
                    switch (then) {
                        case "complete" -> subscriber.onComplete();
                        case "error" -> subscriber.onError(new IllegalStateException("afterthought"));
                        default -> subscriber.onNext("one more");
                    }
                },
                new AtomicInteger()));
        try (var test = new TestEngine(function(code, 1, LONG), retries(3))) {
            var event = test.source.offer("in", "key");
            accepted(event);
            accepted(test.source.offer("behind", "key"));

            assertThat(event.accepts).hasValue(1);
            assertThat(test.answers.ids()).containsExactly("in:tr:1", "behind:tr:1");
            assertThat(test.deadLetters.stored).isEmpty();
            assertThat(test.trigger().done()).isEqualTo(2);
        }
    }

    @Test
    void failsAnEventWhosePublisherIsNull() {
        failsWith(reactive(text -> null), "BadAnswer: function 'fn' returned null instead of a publisher");
    }

    @Test
    void failsAnEventWhoseStageIsNull() {
        failsWith(
                Fixtures.staged(text -> null), "BadAnswer: function 'fn' returned null instead of a completion stage");
    }

    @Test
    void failsAnEventWhoseListHoldsNull() {
        failsWith(Fixtures.listing(text -> Arrays.asList("first", null)), "BadAnswer: function 'fn' answered null");
    }

    @Test
    void acceptsWithoutAnswerWhenABlockingFunctionReturnsNull() {
        acceptsSilently(Fixtures.blocking(text -> null));
    }

    @Test
    void acceptsWithoutAnswerWhenAListIsNull() {
        acceptsSilently(Fixtures.listing(text -> null));
    }

    @Test
    void acceptsWithoutAnswerWhenAStageEndsWithNull() {
        acceptsSilently(Fixtures.staged(text -> CompletableFuture.completedFuture(null)));
    }

    @Test
    void tellsTheCauseWhenAStageFails() {
        failsWith(
                Fixtures.staged(text -> CompletableFuture.supplyAsync(() -> {
                    throw new IllegalArgumentException("no such order");
                })),
                "java.lang.IllegalArgumentException: no such order");
    }

    @Test
    void tellsTheCheckedErrorThatReactorWrapped() {
        failsWith(
                reactive(text -> Mono.error(() -> new AssertionError("checked by the function"))),
                "java.lang.AssertionError: checked by the function");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void failsOnlyTheEventWhoseFunctionThrowsAnError(boolean blocks) {
        var code = blocks ? Fixtures.blocking(OddFunctionsTest::throwing) : reactive(text -> Mono.just(throwing(text)));
        try (var test = new TestEngine(function(code, 1, LONG), retries(0))) {
            var errors = List.of(test.source.offer("deep"), test.source.offer("unlinked"));
            var good = test.source.offer("good");
            errors.forEach(OddFunctionsTest::accepted);
            accepted(good);

            assertThat(test.deadLetters.stored)
                    .extracting(letter -> letter.getExtension("dlerror"))
                    .containsExactlyInAnyOrder(
                            "java.lang.StackOverflowError: too deep", "java.lang.NoClassDefFoundError: com/acme/Gone");
            assertThat(test.answers.texts()).containsExactly("good");
            assertThat(test.fatal.get()).isNull();
        }
    }

    private static String throwing(String text) {
        return switch (text) {
            case "deep" -> throw new StackOverflowError("too deep");
            case "unlinked" -> throw new NoClassDefFoundError("com/acme/Gone");
            case "memory" -> throw new OutOfMemoryError("not really");
            default -> text;
        };
    }

    @Test
    void tellsAFatalErrorOfAnyShape() {
        fatalFrom(reactive(text -> Mono.just(throwing(text))));
        fatalFrom(Fixtures.blocking(OddFunctionsTest::throwing));
        fatalFrom(reactive(text -> wild(s -> s.onError(new OutOfMemoryError("not really")), new AtomicInteger())));
        fatalFrom(Fixtures.staged(text -> CompletableFuture.supplyAsync(() -> throwing(text))));
    }

    private static void fatalFrom(FunctionCode code) {
        try (var test = new TestEngine(function(code, 1, LONG), retries(0))) {
            accepted(test.source.offer("memory"));

            assertThat(test.fatal.get()).isInstanceOf(OutOfMemoryError.class).hasMessage("not really");
        }
    }

    @Test
    void deadLettersARejectedEventAfterOneTry() {
        var runs = new AtomicInteger();
        var code = reactive(text -> {
            runs.incrementAndGet();
            return Mono.error(new FunctionException.Rejected("unknown customer"));
        });
        try (var test = new TestEngine(function(code, 1, LONG), retries(5))) {
            accepted(test.source.offer("bad"));

            assertThat(runs).hasValue(1);
            var letter = test.deadLetters.only();
            assertThat(letter.getExtension("dlreason")).isEqualTo("rejected");
            assertThat(letter.getExtension("dlattempts")).isEqualTo(1);
            assertThat(letter.getExtension("dlerror")).isEqualTo("Rejected: unknown customer");
        }
    }

    @Test
    void waitsAtLeastAsLongAsTheFunctionNamed() {
        var began = new CopyOnWriteArrayList<Long>();
        var code = reactive(text -> {
            began.add(System.nanoTime());
            return began.size() == 1
                    ? Mono.error(new FunctionException.Retry("busy", Duration.ofMillis(300)))
                    : Mono.just("done");
        });
        try (var test = new TestEngine(function(code, 1, LONG), retries(1))) {
            accepted(test.source.offer("in"));

            assertThat(TimeUnit.NANOSECONDS.toMillis(began.get(1) - began.get(0)))
                    .isGreaterThanOrEqualTo(300);
            assertThat(test.answers.texts()).containsExactly("done");
        }
    }

    private static void failsWith(FunctionCode code, String dlerror) {
        try (var test = new TestEngine(function(code, 1, LONG), retries(0))) {
            accepted(test.source.offer("in"));

            CloudEvent letter = test.deadLetters.only();
            assertThat(letter.getExtension("dlerror")).isEqualTo(dlerror);
            assertThat(letter.getExtension("dlreason")).isEqualTo("exhausted");
        }
    }

    private static void acceptsSilently(FunctionCode code) {
        try (var test = new TestEngine(function(code, 1, LONG), retries(0))) {
            accepted(test.source.offer("in"));

            assertThat(test.answers.stored).isEmpty();
            assertThat(test.deadLetters.stored).isEmpty();
            assertThat(test.trigger().done()).isEqualTo(1);
        }
    }

    private static void accepted(Lent event) {
        await().atMost(Duration.ofSeconds(10))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(event::accepted);
    }

    /** A publisher that heeds neither demand nor cancel. */
    private static Publisher<String> wild(Consumer<Subscriber<? super String>> signals, AtomicInteger cancelled) {
        return subscriber -> {
            subscriber.onSubscribe(new Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {
                    cancelled.incrementAndGet();
                }
            });
            signals.accept(subscriber);
        };
    }
}

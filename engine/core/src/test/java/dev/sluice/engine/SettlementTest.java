package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.filter;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static dev.sluice.engine.Fixtures.trigger;
import static dev.sluice.engine.Fixtures.when;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.AnswerSink;
import dev.sluice.broker.EventSink;
import dev.sluice.broker.Ordering;
import dev.sluice.engine.DeliveryPolicy.DeadLetterFailure;
import dev.sluice.engine.FakeSource.State;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** How events end, in virtual time: answers, acceptance, retries and dead letters that go wrong. */
class SettlementTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final List<String> runs = new ArrayList<>();
    /** Fails what begins with {@code bad}, rejects what begins with {@code reject}, answers everything else with itself. */
    private final FunctionCode code = reactive(text -> {
        runs.add(text);
        if (text.startsWith("reject")) {
            return Mono.error(new FunctionException.Rejected("no"));
        }
        return text.startsWith("bad") ? Mono.error(new IllegalStateException("no")) : Mono.just(text);
    });

    private final TestDispatcher test = new TestDispatcher(function(code, 4, TIMEOUT));

    @Test
    void retriesAnEventWhoseAnswersAreRefused() {
        test.answers.failing(new IllegalStateException("topic is gone"));
        test.attach(retries(2, Duration.ofSeconds(1)));
        var event = test.source.offer("in");
        test.run();
        assertThat(event.accepted()).isFalse();

        test.answers.failing(null);
        test.advance(Duration.ofSeconds(1));
        assertThat(event.accepted()).isTrue();
        assertThat(test.answers.ids()).containsExactly("in:tr:1");
        assertThat(runs).hasSize(2);
    }

    @Test
    void retriesAnEventWhoseAnswersSinkThrows() {
        var calls = new AtomicInteger();
        AnswerSink throwsFirst = (answer, key) -> {
            if (calls.getAndIncrement() == 0) {
                throw new IllegalStateException("closed");
            }
            return Mono.empty();
        };
        test.attach(trigger(test.source, throwsFirst, retries(1), test.deadLetters));
        var event = test.source.offer("in");
        test.advance(Duration.ofSeconds(1));

        assertThat(event.accepted()).isTrue();
        assertThat(calls).hasValue(2);
    }

    @Test
    void asksAgainForAnAcceptanceThatWasNotConfirmed() {
        test.attach(retries(0));
        var event = test.source.offer("in", "key");
        event.acceptFailures.set(3);
        var behind = test.source.offer("behind", "key");
        test.run();
        assertThat(event.accepts).hasValue(1);
        assertThat(behind.accepts).hasValue(0);

        // 100, 200 and 400 ms apart.
        test.advanceMillis(699);
        assertThat(event.accepts).hasValue(3);
        test.advanceMillis(1);
        assertThat(event.accepted()).isTrue();
        assertThat(behind.accepted()).isTrue();
        assertThat(runs).containsExactly("in", "behind");
    }

    @Test
    void holdsOnlyTheKeyOfAnEventThatWaitsForItsRetry() {
        test.attach(retries(1, Duration.ofSeconds(5)));
        test.source.offer("bad", "a");
        var behind = test.source.offer("behind", "a");
        var other = test.source.offer("other", "b");
        test.advanceMillis(4_999);

        assertThat(other.accepted()).isTrue();
        assertThat(behind.accepted()).isFalse();
        assertThat(test.status().leased()).isZero();
        test.advanceMillis(1);
        assertThat(behind.accepted()).isTrue();
        assertThat(runs).containsExactly("bad", "other", "bad", "behind");
    }

    @Test
    void freesTheSlotWhenTheRunEndsAndTheKeyWhenItsAnswersAreAcknowledged() {
        var single = new TestDispatcher(function(code, 1, TIMEOUT));
        single.answers.hold();
        single.attach(retries(0));
        single.source.offer("first", "a");
        var sameKey = single.source.offer("second", "a");
        single.source.offer("third", "b");
        single.run();

        assertThat(runs).containsExactly("first", "third");
        assertThat(single.status().leased()).isZero();
        single.answers.acknowledge();
        single.run();
        assertThat(sameKey.accepted()).isTrue();
    }

    @Test
    void dropsNoEventWhoseAnswersAreAcknowledgedBehindTheDeadline() {
        test.answers.hold();
        test.attach(retries(0));
        var event = test.source.offer("in");
        test.advance(TIMEOUT.multipliedBy(3));
        assertThat(event.accepted()).isFalse();

        test.answers.acknowledge();
        test.run();
        assertThat(event.accepted()).isTrue();
        assertThat(test.deadLetters.stored).isEmpty();
    }

    @Test
    void parksAnEventWhoseDeadLetterIsRefusedAndRecovers() {
        test.deadLetters.failing(new IllegalStateException("dlq is gone"));
        var pipeline = test.attach(retries(0));
        var poison = test.source.offer("bad", "a");
        var behind = test.source.offer("behind", "a");
        var other = test.source.offer("other", "b");
        test.advance(Duration.ofSeconds(59));

        assertThat(other.accepted()).isTrue();
        assertThat(poison.state()).isEqualTo(State.LENT);
        assertThat(behind.state()).isEqualTo(State.LENT);
        assertThat(pipeline.status().parked()).isEqualTo(1);
        assertThat(pipeline.status().detail()).isEqualTo("1 events are parked: their dead letters can't be stored");

        test.deadLetters.failing(null);
        test.advance(Duration.ofSeconds(1));
        assertThat(poison.accepted()).isTrue();
        assertThat(behind.accepted()).isTrue();
        assertThat(test.deadLetters.ids()).containsExactly("bad");
        assertThat(pipeline.status().parked()).isZero();
        assertThat(pipeline.status().detail()).isEmpty();
        assertThat(runs).containsExactly("bad", "other", "behind");
    }

    @Test
    void triesAParkedDeadLetterEverySixtySeconds() {
        test.deadLetters.failing(new IllegalStateException("dlq is gone"));
        var pipeline = test.attach(retries(0));
        test.source.offer("bad", "a");
        test.advance(Duration.ofMinutes(5));

        assertThat(pipeline.counts.deadLetterFailures.get()).isEqualTo(6);
        assertThat(runs).containsExactly("bad");
    }

    @Test
    void stopsTheTriggerWhoseDeadLetterIsRefused() {
        test.deadLetters.failing(new IllegalStateException("dlq is gone"));
        var pipeline = test.attach(
                trigger(test.source, test.answers, when(retries(0), DeadLetterFailure.STOP), test.deadLetters));
        var poison = test.source.offer("reject", "a");
        var behind = test.source.offer("behind", "a");
        test.run();

        assertThat(poison.state()).isEqualTo(State.RELEASED);
        assertThat(behind.state()).isEqualTo(State.RELEASED);
        assertThat(test.source.cancelled()).isTrue();
        assertThat(runs).containsExactly("reject");
        assertThat(pipeline.status().state()).isEqualTo(TriggerStatus.State.STOPPED);
        assertThat(pipeline.status().detail()).isEqualTo("a dead letter can't be stored: dlq is gone");
    }

    @Test
    void dropsAnEventWhoseDeadLetterIsRefusedOnlyWhenToldTo() {
        test.deadLetters.failing(new IllegalStateException("dlq is gone"));
        var pipeline = test.attach(
                trigger(test.source, test.answers, when(retries(0), DeadLetterFailure.DROP), test.deadLetters));
        var poison = test.source.offer("reject", "a");
        var behind = test.source.offer("behind", "a");
        test.run();

        assertThat(poison.accepted()).isTrue();
        assertThat(behind.accepted()).isTrue();
        assertThat(pipeline.status().dropped()).isEqualTo(1);
        assertThat(pipeline.status().deadLettered()).isZero();
    }

    @Test
    void deadLettersAnEventThatHasComeThroughThirtyTwoFunctions() {
        test.attach(retries(5));
        var looping = test.source.offer(Fixtures.event("loop").with(Answers.HOPS, "32"), null, 0);
        var lastHop = test.source.offer(Fixtures.event("last").with(Answers.HOPS, "31"), null, 0);
        test.run();

        assertThat(looping.accepted()).isTrue();
        assertThat(lastHop.accepted()).isTrue();
        assertThat(runs).containsExactly("last");
        assertThat(test.deadLetters.only().getExtension("dlreason")).isEqualTo("loop");
        assertThat(test.deadLetters.only().getExtension("dlattempts")).isEqualTo(0);
    }

    @Test
    void endsTheTriesOfAnEventAtItsAge() {
        var policy = new DeliveryPolicy(
                100,
                new Backoff(Backoff.Policy.CONSTANT, Duration.ofSeconds(30), Duration.ofSeconds(30)),
                TIMEOUT,
                Duration.ofSeconds(70),
                DeadLetterFailure.PARK);
        test.attach(policy);
        var event = test.source.offer("bad");
        test.advance(Duration.ofSeconds(60));

        assertThat(event.accepted()).isTrue();
        assertThat(runs).hasSize(3);
        assertThat(test.deadLetters.only().getExtension("dlreason")).isEqualTo("expired");
    }

    @Test
    void publishesNoMoreThan256UnacknowledgedAnswers() {
        var many = new TestDispatcher(
                function(reactive(text -> Flux.range(1, 1_000).map(n -> "n" + n)), 1, TIMEOUT));
        many.answers.hold();
        many.attach(retries(0));
        var event = many.source.offer("in");
        many.run();
        assertThat(many.answers.stored).hasSize(256);

        many.answers.acknowledge();
        many.run();
        assertThat(many.answers.stored).hasSize(1_000);
        assertThat(event.accepted()).isTrue();
    }

    @Test
    void startsAnOverdueRetryThoughTheBudgetIsSpent() {
        // One slot, a stream of fresh events: retries have to be earned by fresh starts.
        var single = new TestDispatcher(function(code, 1, TIMEOUT));
        var failing = 40;
        var pipeline = single.attach(retries(1, Duration.ofMillis(1)));
        for (var i = 0; i < failing; i++) {
            single.source.offer("bad" + i);
        }
        single.advance(Duration.ofMinutes(1));

        assertThat(single.source.count(State.ACCEPTED)).isEqualTo(failing);
        assertThat(pipeline.status().retried()).isEqualTo(failing);
    }

    /** Fails twice, as a client does that throws at who sends and calls back as well. */
    private static Mono<Void> failsTwice() {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Void> subscriber) {
                subscriber.onSubscribe(Operators.emptySubscription());
                subscriber.onError(new IllegalStateException("thrown"));
                subscriber.onError(new IllegalStateException("called back"));
            }
        };
    }

    @Test
    void parksAnEventOnceWhoseDeadLetterFailsTwiceAndAcceptsItWhenItIsStored() {
        var stored = new AtomicInteger();
        var asked = new AtomicInteger();
        EventSink twice = new EventSink() {
            @Override
            public String topic() {
                return "topic.dlq";
            }

            @Override
            public int sizeMaxBytes() {
                return 1 << 20;
            }

            @Override
            public Mono<Void> publish(CloudEvent event, @Nullable String key) {
                return asked.getAndIncrement() == 0 ? failsTwice() : Mono.fromRunnable(stored::incrementAndGet);
            }
        };
        test.attach(trigger(test.source, AnswerSink.NONE, retries(0), twice));
        var event = test.source.offer("reject");
        var behind = test.source.offer("next", "k");
        test.run();
        assertThat(event.accepted()).isFalse();
        assertThat(behind.accepted()).isTrue();

        test.advance(Duration.ofSeconds(60));

        assertThat(event.accepted()).isTrue();
        assertThat(asked).hasValue(2);
        assertThat(stored).hasValue(1);
    }

    @Test
    void retriesAnEventOnceWhoseAnswerFailsTwice() {
        var asked = new AtomicInteger();
        AnswerSink twice = (answer, key) -> asked.getAndIncrement() == 0 ? failsTwice() : Mono.empty();
        test.attach(trigger(test.source, twice, retries(1), test.deadLetters));
        var event = test.source.offer("in");

        test.advance(Duration.ofSeconds(1));

        assertThat(event.accepted()).isTrue();
        assertThat(runs).hasSize(2);
    }

    @Test
    void takesAFilterThatOverflowsTheStackForOneThatDoesNotMatch() {
        test.attach(new TriggerSpec(
                "tr",
                "fn",
                "topic",
                test.source,
                Ordering.KEY,
                filter(event -> {
                    throw new StackOverflowError();
                }),
                AnswerPolicy.none("fn"),
                retries(0),
                test.deadLetters,
                1));
        var event = test.source.offer("in");

        test.run();

        assertThat(event.accepted()).isTrue();
        assertThat(runs).isEmpty();
    }
}

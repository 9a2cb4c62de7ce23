package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.BrokerException;
import dev.sluice.cloudevents.WireEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** What becomes of sends, with a producer that does as it is told. */
class OutboxTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final TimeoutException NO_METADATA = new TimeoutException("not present in metadata after 0 ms.");
    private static final BufferExhaustedException NO_ROOM = new BufferExhaustedException("no room after 0 ms");

    private final List<FakeProducer> made = new CopyOnWriteArrayList<>();
    /** Of the last outbox made: gauges of two that share one would be those of the first, and gone with it. */
    private SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private final ScheduledExecutorService control = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger lookUps = new AtomicInteger();
    private volatile CompletableFuture<TopicLimits> topic =
            CompletableFuture.completedFuture(new TopicLimits(4, 2_000_000));
    private volatile boolean acknowledges = true;
    private Outbox outbox = outbox(PATIENCE);

    private Outbox outbox(Duration deadline) {
        registry = new SimpleMeterRegistry();
        var options = KafkaBrokerOptions.builder("kafka", "localhost:9092")
                .sendDeadline(deadline)
                .bytesMax(64 << 20)
                .build();
        return new Outbox(
                options,
                new KafkaErrors(options),
                registry,
                control,
                () -> {
                    var producer = new FakeProducer(acknowledges);
                    made.add(producer);
                    return producer;
                },
                (name, create) -> {
                    lookUps.incrementAndGet();
                    return topic;
                });
    }

    @AfterEach
    void close() throws Exception {
        outbox.close().get(10, TimeUnit.SECONDS);
        control.shutdownNow();
    }

    private static WireEvent event(String id) {
        return WireEvent.builder().id(id).source("/t").type("t").data("x").build();
    }

    private Mono<Void> publish(String id) {
        return new KafkaSink(outbox.lane("t")).publish(event(id), null);
    }

    /** The producer, once the first event has gone through it. */
    private FakeProducer ready() {
        acknowledges = true;
        publish("first").block(PATIENCE);
        // It is acknowledged from within its offer, before the lane is empty.
        Awaitility.await().atMost(PATIENCE).until(() -> waitingBytes() == 0);
        var producer = made.get(0);
        producer.clear();
        return producer;
    }

    private Outcome start(String id) {
        return new Outcome(publish(id));
    }

    private static final class Outcome {
        private volatile boolean completed;
        private volatile Throwable error;
        private final Disposable subscription;

        private Outcome(Mono<Void> publish) {
            subscription = publish.subscribe(null, e -> error = e, () -> completed = true);
        }

        private Throwable awaitError() {
            Awaitility.await().atMost(PATIENCE).until(() -> error != null);
            return error;
        }

        private void awaitCompletion() {
            Awaitility.await().atMost(PATIENCE).until(() -> !isOpen());
            assertThat(error).isNull();
        }

        private boolean isOpen() {
            return !completed && error == null;
        }
    }

    @Test
    void sendsOnThePublishersThreadOnceTheTopicIsKnown() {
        var producer = ready();

        var outcome = start("1");

        assertThat(producer.ids()).containsExactly("1");
        assertThat(outcome.completed).isTrue();
        assertThat(lookUps).hasValue(1);
    }

    @Test
    void keepsTheOrderOfThoseThatWaitedAndThoseThatCameLater() {
        var producer = ready().blockedBy(NO_ROOM);
        var sends = new ArrayList<Outcome>();
        var ids = IntStream.range(0, 2_000).mapToObj(Integer::toString).toList();

        for (var i = 0; i < ids.size(); i++) {
            if (i == 500 || i == 1_200) {
                producer.blockedBy(null);
            } else if (i == 900) {
                producer.blockedBy(NO_METADATA);
            }
            sends.add(start(ids.get(i)));
        }

        Awaitility.await().atMost(PATIENCE).until(() -> sends.stream().allMatch(send -> send.completed));
        assertThat(producer.ids()).isEqualTo(ids);
    }

    @Test
    void keepsTheOrderWhenTheNextIsPublishedByTheAcknowledgementOfTheLast() {
        var producer = ready();
        var chain = publish("1")
                .then(Mono.defer(() -> {
                    producer.blockedBy(NO_ROOM);
                    return publish("2");
                }))
                .then(publish("3"));

        var outcome = new Outcome(chain);
        assertThat(outcome.isOpen()).isTrue();
        producer.blockedBy(null);

        outcome.awaitCompletion();
        assertThat(producer.ids()).containsExactly("1", "2", "3");
    }

    @Test
    void isFullWhenTheProducerHasNoRoomUntilTheDeadline() {
        outbox = outbox(Duration.ofSeconds(1));
        var producer = ready().blockedBy(NO_ROOM);

        var outcome = start("1");

        assertThat(outcome.awaitError())
                .isInstanceOf(BrokerException.Full.class)
                .hasMessageContaining("'t'");
        assertThat(producer.ids()).isEmpty();
    }

    @Test
    void isUnavailableWhenTheTopicCanNotBeLookedUpUntilTheDeadline() {
        outbox = outbox(Duration.ofSeconds(1));
        topic = CompletableFuture.failedFuture(new TimeoutException("no node assignment"));

        var outcome = start("1");

        assertThat(outcome.awaitError())
                .isInstanceOf(BrokerException.Unavailable.class)
                .hasMessageContaining("localhost:9092")
                .hasMessageContaining("no node assignment");
        assertThat(lookUps.get()).isBetween(1, 4);
    }

    @Test
    void sendsWhatWaitedOnceTheTopicCanBeLookedUp() {
        topic = CompletableFuture.failedFuture(new TimeoutException("no node assignment"));
        var outcome = start("1");

        topic = CompletableFuture.completedFuture(new TopicLimits(1, 1_000_000));

        outcome.awaitCompletion();
    }

    @Test
    void refusesAllThatWaitWhenTheTopicIsRefused() {
        var asked = new CompletableFuture<TopicLimits>();
        topic = asked;
        var sends = List.of(start("1"), start("2"));

        asked.completeExceptionally(new TopicAuthorizationException("not for you"));

        assertThat(sends).allSatisfy(send -> assertThat(send.awaitError())
                .isInstanceOf(BrokerException.Refused.class)
                .hasMessageContaining("not for you"));
    }

    @Test
    void saysThatATopicWasDeletedWhenTheProducerMissesIt() {
        ready().blockedBy(NO_METADATA);
        topic = CompletableFuture.failedFuture(new UnknownTopicOrPartitionException("gone"));

        var outcome = start("1");

        assertThat(outcome.awaitError())
                .isInstanceOf(BrokerException.Refused.class)
                .hasMessageContaining("topic 't' was deleted");
    }

    @Test
    void looksATopicUpAgainAfterItWasDeleted() {
        var producer = ready().blockedBy(NO_METADATA);
        topic = CompletableFuture.failedFuture(new UnknownTopicOrPartitionException("gone"));
        start("1").awaitError();

        topic = CompletableFuture.completedFuture(new TopicLimits(1, 1_000_000));
        producer.blockedBy(null);

        start("2").awaitCompletion();
    }

    static List<Object[]> failures() {
        return List.of(
                new Object[] {new TimeoutException("Expiring 1 record(s)"), BrokerException.Unavailable.class},
                new Object[] {new NetworkException("disconnected"), BrokerException.Unavailable.class},
                new Object[] {new NotEnoughReplicasException("1 of 2"), BrokerException.Unavailable.class},
                new Object[] {new KafkaException("Producer is closed forcefully."), BrokerException.Unavailable.class},
                new Object[] {new TopicAuthorizationException("t"), BrokerException.Refused.class},
                new Object[] {new SaslAuthenticationException("who are you"), BrokerException.Refused.class},
                new Object[] {new InvalidTopicException("t"), BrokerException.Refused.class},
                new Object[] {new UnknownTopicOrPartitionException("t"), BrokerException.Refused.class},
                new Object[] {new RecordTooLargeException("big"), BrokerException.TooLarge.class});
    }

    @ParameterizedTest
    @MethodSource("failures")
    void tellsThePublisherWhatTheProducersErrorMeans(RuntimeException error, Class<?> meaning) {
        acknowledges = false;
        var outcome = start("1");
        Awaitility.await().until(() -> !made.isEmpty() && !made.get(0).history().isEmpty());

        made.get(0).errorNext(error);

        assertThat(outcome.awaitError()).isInstanceOf(meaning);
        assertThat(outcome.error.getStackTrace())
                .as("one per event would be dear")
                .isEmpty();
        assertThat(made.get(0).history()).as("it is not sent again").hasSize(1);
    }

    @Test
    void tellsTheSizesOfWhatIsTooLarge() {
        ready();
        var large = WireEvent.builder(event("1")).data(new byte[3_000_000]).build();

        var outcome = new Outcome(new KafkaSink(outbox.lane("t")).publish(large, null));

        assertThat(outcome.error).isInstanceOf(BrokerException.TooLarge.class).hasMessageContaining("2000000");
        assertThat(made.get(0).history()).isEmpty();
    }

    @Test
    void withdrawsACancelledSendThatWaits() {
        var producer = ready().blockedBy(NO_ROOM);
        var first = start("1");
        var second = start("2");
        assertThat(waitingBytes()).isPositive();

        first.subscription.dispose();
        producer.blockedBy(null);

        second.awaitCompletion();
        assertThat(producer.ids()).containsExactly("2");
        assertThat(waitingBytes()).isZero();
        assertThat(first.isOpen()).isTrue();
    }

    private double waitingBytes() {
        return registry.get("sluice.kafka.sends.waiting.size").gauge().value();
    }

    @Test
    void refusesAtOnceWhatIsBeyondTheWaitingOnes() {
        topic = new CompletableFuture<>();
        IntStream.range(0, SendLane.WAITING_MAX).forEach(i -> start("e" + i));

        var one = start("one more");

        assertThat(one.error).isInstanceOf(BrokerException.Full.class).hasMessageContaining("10000 sends wait");
    }

    @Test
    void refusesAtOnceWhatIsBeyondTheWaitingBytes() {
        topic = new CompletableFuture<>();
        var max = outbox.waitingBytesMax();
        var large = WireEvent.builder(event("1")).data(new byte[1_000_000]).build();
        var sends = new ArrayList<Outcome>();
        for (var i = 0; i <= max / 1_000_000; i++) {
            sends.add(new Outcome(new KafkaSink(outbox.lane("t" + i)).publish(large, null)));
        }

        assertThat(sends.get(sends.size() - 1).error).isInstanceOf(BrokerException.Full.class);
        assertThat(sends.stream().filter(Outcome::isOpen)).hasSize((int) (max / 1_000_000));
        assertThat(waitingBytes()).isLessThanOrEqualTo(max);
    }

    @Test
    void replacesAProducerThatCanSendNoMore() {
        acknowledges = false;
        var failed = start("1");
        Awaitility.await().until(() -> !made.isEmpty() && !made.get(0).history().isEmpty());
        acknowledges = true;

        made.get(0).errorNext(new SaslAuthenticationException("password changed"));
        var later = start("2");

        assertThat(failed.awaitError()).hasMessageContaining("authentication failed");
        assertThat(outbox.trouble()).contains("authentication failed");
        later.awaitCompletion();
        assertThat(made).hasSize(2);
        assertThat(made.get(0).closed()).isTrue();
        assertThat(outbox.trouble()).isNull();
    }

    @Test
    void replacesAProducerThatThrows() {
        var producer = ready();
        producer.sendException = new KafkaException("in an error state", new NetworkException("long ago"));

        var failed = start("1");

        assertThat(failed.error).isInstanceOf(BrokerException.Unavailable.class).hasMessageContaining("long ago");
        Awaitility.await().atMost(PATIENCE).until(() -> made.size() == 2);
    }

    @Test
    void endsASendOnceThoughTheProducerThrowsAndTellsItsCallbackAsWell() {
        acknowledges = false;
        var looked = new CompletableFuture<TopicLimits>();
        topic = looked;
        var ends = new CopyOnWriteArrayList<String>();
        publish("1").subscribe(new Ends(ends));
        Awaitility.await().atMost(PATIENCE).until(() -> !made.isEmpty());
        var producer = made.get(0).throwingOnceTaken(new KafkaException("in an error state"));

        looked.complete(new TopicLimits(1, 1_000_000));
        Awaitility.await().atMost(PATIENCE).until(() -> !ends.isEmpty());
        producer.errorNext(new NetworkException("aborted"));

        assertThat(ends).singleElement().asString().contains("in an error state");
        assertThat(waitingBytes()).isZero();
        assertThat(registry.get("sluice.kafka.sends.waiting").gauge().value()).isZero();
        assertThat(registry.get("messaging.client.sent.messages").counters().stream()
                        .mapToDouble(counter -> counter.count())
                        .sum())
                .isEqualTo(1);
    }

    /** Notes every signal of an end, however many come. */
    private record Ends(List<String> signals) implements reactor.core.CoreSubscriber<Void> {
        @Override
        public void onSubscribe(org.reactivestreams.Subscription subscription) {
            subscription.request(1);
        }

        @Override
        public void onNext(Void nothing) {}

        @Override
        public void onError(Throwable why) {
            signals.add(why.toString());
        }

        @Override
        public void onComplete() {
            signals.add("completed");
        }
    }

    @Test
    void sendsWhatWaitedBehindAFatalFailureWithTheNextProducer() {
        var looked = new CompletableFuture<TopicLimits>();
        topic = looked;
        var sends =
                IntStream.range(0, 5).mapToObj(i -> start(Integer.toString(i))).toList();
        Awaitility.await().atMost(PATIENCE).until(() -> !made.isEmpty());
        var first = made.get(0);
        first.sendException = new KafkaException("in an error state");

        looked.complete(new TopicLimits(1, 1_000_000));

        assertThat(sends.get(0).awaitError()).hasMessageContaining("in an error state");
        sends.subList(1, 5).forEach(Outcome::awaitCompletion);
        assertThat(first.offers()).isEqualTo(1);
        assertThat(made.get(1).ids()).containsExactly("1", "2", "3", "4");
    }

    @Test
    void sendsWithTheNextProducerWhatAClosedOneWasOffered() {
        var closed = ready();
        closed.close();

        var outcome = start("1");

        outcome.awaitCompletion();
        assertThat(made.get(1).ids()).containsExactly("1");
    }

    @Test
    void keepsAProducerThatFollowsOneWhoseLastSendsFail() {
        acknowledges = false;
        var sends = List.of(start("1"), start("2"));
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> !made.isEmpty() && made.get(0).history().size() == 2);
        made.get(0).errorNext(new SaslAuthenticationException("password changed"));
        acknowledges = true;
        start("3").awaitCompletion();

        made.get(0).errorNext(new SaslAuthenticationException("password changed"));

        assertThat(sends).noneMatch(Outcome::isOpen);
        assertThat(outbox.producer()).isSameAs(made.get(1));
        assertThat(outbox.trouble()).isNull();
    }

    @Test
    void endsEverySendWhenClosed() throws Exception {
        acknowledges = false;
        var sent = start("1");
        Awaitility.await().until(() -> !made.isEmpty() && !made.get(0).history().isEmpty());
        made.get(0).blockedBy(NO_ROOM);
        var waiting = start("2");

        outbox.close().get(10, TimeUnit.SECONDS);
        made.get(0).completeNext(); // the real one ends all it has when it is closed
        var late = start("3");

        assertThat(sent.isOpen()).isFalse();
        assertThat(waiting.awaitError())
                .isInstanceOf(BrokerException.Unavailable.class)
                .hasMessageContaining("closed");
        assertThat(late.awaitError()).isInstanceOf(BrokerException.Unavailable.class);
    }

    @Test
    void isNotStoppedByASubscriberThatThrows() {
        ready().blockedBy(NO_ROOM);
        publish("1").subscribe(new Throwing());
        var next = start("2");

        made.get(0).blockedBy(null);

        next.awaitCompletion();
    }

    private static final class Throwing extends reactor.core.publisher.BaseSubscriber<Void> {
        @Override
        protected void hookOnComplete() {
            throw new IllegalStateException("a publisher's own fault");
        }
    }
}

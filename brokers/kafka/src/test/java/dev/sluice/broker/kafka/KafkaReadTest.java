package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.StoredEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.test.StepVerifier;

/** A reading of a part of a topic whose cluster answers late, or not as before. */
class KafkaReadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static KafkaWatches watches(int lateAnswers) {
        var options = KafkaBrokerOptions.builder("k", "localhost:1").build();
        var late = new AtomicInteger(lateAnswers);
        return new KafkaWatches(
                "k", new KafkaErrors(options), new SimpleMeterRegistry(), options.records(), () -> new Slow(late));
    }

    @Test
    void waitsForALateAnswerBehindAStepThatHasCompletedItself() {
        var read = watches(2).read("t", ReadRange.ALL);

        // The step before the reading has ended by the time that the reading is asked for.
        StepVerifier.create(Mono.just("before").flatMapMany(step -> read))
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(Mono.just("before")
                        .flatMap(step -> watches(2).read("t", ReadRange.ALL).count()))
                .expectNext(0L)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void endsWithAnErrorWhenTheTopicIsNotThere() {
        StepVerifier.create(watches(0).read("gone", ReadRange.ALL))
                .expectError(BrokerException.Refused.class)
                .verify(PATIENCE);
    }

    @Test
    void endsWhereATopicWasCutOffInsteadOfReadingItAgain() {
        var consumer = new OddConsumer(true);
        consumer.end = 0;
        var options = KafkaBrokerOptions.builder("k", "localhost:1").build();
        var watches = new KafkaWatches(
                "k", new KafkaErrors(options), new SimpleMeterRegistry(), options.records(), () -> consumer);

        StepVerifier.create(watches.read("t", ReadRange.ALL)).expectComplete().verify(PATIENCE);
    }

    private static List<Long> offsets(CutConsumer consumer) {
        var options = KafkaBrokerOptions.builder("k", "localhost:1").build();
        var watches = new KafkaWatches(
                "k", new KafkaErrors(options), new SimpleMeterRegistry(), options.records(), () -> consumer);
        return Objects.requireNonNull(watches.read("t", ReadRange.ALL)
                .map(StoredEvent::offset)
                .collectList()
                .block(PATIENCE));
    }

    @Test
    void readsWhatWasStoredSinceALeaderThatHadLessWasElected() {
        assertThat(offsets(new CutConsumer(5, 20))).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void goesOnWhereItWasWhenTheClusterDoesNotKnowWhereTheLogsDiffer() {
        assertThat(offsets(new CutConsumer(-1, 9))).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    }

    @Test
    void endsWhenALeaderThatHadLessGotNothingSince() {
        assertThat(offsets(new CutConsumer(5, 5))).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void goesOnWhereRetentionWentPastItsPosition() {
        var consumer = new OddConsumer(true);
        consumer.begin = 10;
        var options = KafkaBrokerOptions.builder("k", "localhost:1").build();
        var watches = new KafkaWatches(
                "k", new KafkaErrors(options), new SimpleMeterRegistry(), options.records(), () -> consumer);

        StepVerifier.create(watches.read("t", ReadRange.ALL)).expectComplete().verify(PATIENCE);
        assertThat(consumer.sought).containsExactly(0L, 10L);
    }

    @Test
    void endsWithAnErrorWhenNothingComesOfWhatShouldBeThere() {
        var options = KafkaBrokerOptions.builder("k", "localhost:1").build();
        var watches = new KafkaWatches(
                "k",
                new KafkaErrors(options),
                new SimpleMeterRegistry(),
                options.records(),
                () -> new OddConsumer(false));

        StepVerifier.create(Flux.<StoredEvent>from(subscriber -> new KafkaRead(
                                "t",
                                ReadRange.ALL,
                                Operators.toCoreSubscriber(subscriber),
                                watches,
                                "read",
                                Duration.ofMillis(300))
                        .begin()))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(BrokerException.Unavailable.class)
                        .hasMessageContaining("nothing came of partitions [0] within PT0.3S"))
                .verify(PATIENCE);
    }

    /** One empty partition; the first questions are not answered in time. */
    private static final class Slow extends MockConsumer<byte[], byte[]> {
        private final AtomicInteger late;

        Slow(AtomicInteger late) {
            super("none");
            this.late = late;
            var only = new TopicPartition("t", 0);
            updateBeginningOffsets(Map.of(only, 0L));
            updateEndOffsets(Map.of(only, 0L));
        }

        @Override
        public synchronized List<PartitionInfo> partitionsFor(String topic, Duration limit) {
            if (late.getAndDecrement() > 0) {
                throw new TimeoutException("no answer");
            }
            return topic.equals("t")
                    ? List.of(new PartitionInfo(topic, 0, Node.noNode(), new Node[0], new Node[0]))
                    : List.of();
        }
    }
}

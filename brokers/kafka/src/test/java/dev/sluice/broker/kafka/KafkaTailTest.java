package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.TailEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.test.StepVerifier;

/** A tail whose cluster does not answer, or not as before. */
class KafkaTailTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final CountDownLatch asked = new CountDownLatch(3);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Watcher watcher = new Watcher();

    private KafkaWatches watches() {
        return watches(Silent::new);
    }

    private KafkaWatches watches(Supplier<Consumer<byte[], byte[]>> maker) {
        var options = KafkaBrokerOptions.builder("k", "localhost:1").build();
        return new KafkaWatches("k", new KafkaErrors(options), registry, options.records(), maker);
    }

    @Test
    void goesOnAtTheEndOfATopicThatWasCutOff() {
        var consumer = new OddConsumer(true);
        var watching = watches(() -> consumer).tail("t", Map.of(0, 4L)).subscribe();

        await().untilAsserted(() -> assertThat(consumer.sought).containsExactly(5L, 10L));
        watching.dispose();
    }

    @Test
    void goesOnWhereRetentionWentPastItsPosition() {
        var consumer = new OddConsumer(true);
        consumer.begin = 7;
        var watching = watches(() -> consumer).tail("t", Map.of(0, 4L)).subscribe();

        await().untilAsserted(() -> assertThat(consumer.sought).containsExactly(5L, 7L));
        watching.dispose();
    }

    /** It asks where it is when it goes on after a time without demand. */
    @Test
    void seesWhatWasStoredSinceALeaderThatHadLessWasElected() {
        var consumer = new CutConsumer(5, 20);

        StepVerifier.create(watches(() -> consumer).tail("t", Map.of(0, 3L)).map(TailEvent::offset), 3)
                .expectNext(4L, 5L, 6L)
                .then(() -> await().until(KafkaTailTest::tailSleeps))
                .thenRequest(4)
                .expectNext(5L, 6L, 7L, 8L)
                .thenCancel()
                .verify(PATIENCE);
    }

    private static boolean tailSleeps() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("sluice-kafka-k-tail")
                        && thread.getState() == Thread.State.WAITING);
    }

    @Test
    void seesPartitionsAgainThatATopicGetsAfterItWasMadeAnewWithFewer() {
        var consumer = new Remade();
        var watches = watches(() -> consumer);
        var watching = Flux.<TailEvent>from(subscriber -> new KafkaTail(
                                "t",
                                Map.of(),
                                Operators.toCoreSubscriber(subscriber),
                                watches,
                                registry.counter("skipped"),
                                "tail",
                                Duration.ZERO)
                        .begin())
                .subscribe();
        await().untilAsserted(() -> assertThat(consumer.assigned).containsExactly(0, 1, 2, 3));

        consumer.partitions = 2;
        await().untilAsserted(() -> assertThat(consumer.assigned).containsExactly(0, 1));
        consumer.partitions = 4;

        await().untilAsserted(() -> assertThat(consumer.fromBeginning).containsExactly(2, 3));
        assertThat(consumer.assigned).containsExactly(0, 1, 2, 3);
        watching.dispose();
    }

    /** Its own calls take no time: what is left of their limit is not waited for. */
    @Test
    void endsOnceItsWatcherIsGoneThoughItHasNoPlacesYet() throws InterruptedException {
        // Held, since its gauge does not hold it.
        var watches = watches();
        watches.tail("t", Map.of()).subscribe(watcher);
        assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(registry.get("sluice.kafka.tails").gauge().value()).isEqualTo(1);

        watcher.gone = true;

        assertThat(closed.await(5, TimeUnit.SECONDS)).isTrue();
        await().untilAsserted(() ->
                assertThat(registry.get("sluice.kafka.tails").gauge().value()).isZero());
        assertThat(watcher.signalled).isFalse();
        Reference.reachabilityFence(watches);
    }

    private final class Silent extends MockConsumer<byte[], byte[]> {
        Silent() {
            super("none");
        }

        @Override
        public synchronized List<PartitionInfo> partitionsFor(String topic, Duration limit) {
            assertThat(limit).isLessThanOrEqualTo(Duration.ofSeconds(2));
            asked.countDown();
            throw new TimeoutException("no answer");
        }

        @Override
        @SuppressWarnings("deprecation")
        public synchronized void close(Duration limit) {
            closed.countDown();
        }
    }

    /** A topic whose number of partitions changes. */
    private static final class Remade extends MockConsumer<byte[], byte[]> {
        volatile int partitions = 4;
        volatile List<Integer> assigned = List.of();
        final List<Integer> fromBeginning = new CopyOnWriteArrayList<>();

        Remade() {
            super("none");
            for (var n = 0; n < partitions; n++) {
                updateBeginningOffsets(Map.of(new TopicPartition("t", n), 0L));
                updateEndOffsets(Map.of(new TopicPartition("t", n), 0L));
            }
        }

        @Override
        public synchronized List<PartitionInfo> partitionsFor(String topic, Duration limit) {
            return IntStream.range(0, partitions)
                    .mapToObj(n -> new PartitionInfo(topic, n, Node.noNode(), new Node[0], new Node[0]))
                    .toList();
        }

        @Override
        public synchronized void assign(Collection<TopicPartition> wanted) {
            super.assign(wanted);
            assigned = numbers(wanted);
        }

        /** Of none, it makes all, as the client does. */
        @Override
        public synchronized void seekToBeginning(Collection<TopicPartition> wanted) {
            fromBeginning.addAll(numbers(wanted.isEmpty() ? assignment() : wanted));
        }

        private static List<Integer> numbers(Collection<TopicPartition> partitions) {
            return partitions.stream().map(TopicPartition::partition).sorted().toList();
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration limit) {
            LockSupport.parkNanos(1_000_000);
            return ConsumerRecords.empty();
        }
    }

    private static final class Watcher implements CoreSubscriber<TailEvent>, Scannable {
        volatile boolean gone;
        volatile boolean signalled;

        @Override
        @SuppressWarnings("rawtypes") // as Reactor declares it
        public Object scanUnsafe(Attr attribute) {
            return attribute == Attr.CANCELLED ? (Object) gone : null;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            signalled = true;
        }

        @Override
        public void onNext(TailEvent event) {
            signalled = true;
        }

        @Override
        public void onError(Throwable error) {
            signalled = true;
        }

        @Override
        public void onComplete() {
            signalled = true;
        }
    }
}

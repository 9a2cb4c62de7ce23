package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.TailEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;

/** A tail whose cluster does not answer. */
class KafkaTailTest {
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

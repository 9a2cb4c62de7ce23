package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.broker.BrokerException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.StepVerifier;

/** Readers of states while the cluster does not answer those that were there before. */
class StateReadsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final KafkaBrokerOptions options =
            KafkaBrokerOptions.builder("k", "localhost:1").build();
    private final KafkaErrors errors = new KafkaErrors(options);
    private final CountDownLatch answer = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(StateReads.AT_ONCE);
    private final AtomicLong nanos = new AtomicLong();
    private final StateReads reads = new StateReads(errors, Thread::new, this::readLate, nanos::get);

    @AfterEach
    void close() {
        answer.countDown();
        reads.close();
    }

    private Map<String, byte[]> readLate(String session) {
        held.countDown();
        await(answer);
        return Map.of(session, new byte[0]);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private List<CompletableFuture<Map<String, byte[]>>> holdAllThreads() {
        var holding = new ArrayList<CompletableFuture<Map<String, byte[]>>>();
        for (var n = 0; n < StateReads.AT_ONCE; n++) {
            holding.add(reads.read("held").toFuture());
        }
        await(held);
        return holding;
    }

    @Test
    void tellsWhoWaitedTooLongAndReadsForTheOthers() {
        var holding = holdAllThreads();
        var early = reads.read("early").toFuture();
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        var late = reads.read("late").toFuture();
        nanos.addAndGet(StateReads.WAIT_MAX.toNanos());

        answer.countDown();

        assertThat(early)
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(BrokerException.Unavailable.class)
                .withMessageContaining("no thread read the states of session 'early' within PT30S");
        assertThat(late).succeedsWithin(PATIENCE);
        assertThat(holding).allSatisfy(read -> assertThat(read).succeedsWithin(PATIENCE));
    }

    @Test
    void keepsNoPlaceForWhoHasLeft() {
        holdAllThreads();
        var waiting = new ArrayList<Disposable>();
        for (var n = 0; n < StateReads.WAITING_MAX; n++) {
            waiting.add(reads.read("left").subscribe());
        }
        assertThat(reads.read("refused").toFuture()).failsWithin(PATIENCE);

        waiting.forEach(Disposable::dispose);
        var next = reads.read("next").toFuture();
        answer.countDown();

        assertThat(next).succeedsWithin(PATIENCE);
    }

    @Test
    void saysSoWhenTheProcessCanHaveNoMoreThreads() {
        var threadless = new StateReads(
                errors,
                work -> new Thread(work) {
                    @Override
                    public void start() {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                },
                this::readLate,
                nanos::get);

        StepVerifier.create(threadless.read("s"))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(BrokerException.Unavailable.class)
                        .hasMessageContaining("unable to create native thread"))
                .verify(PATIENCE);
        threadless.close();
    }

    /** Where the partition's leader is away, its beginning is not known, and every question waits for its limit. */
    @Test
    void endsAReadWithinItsLimitWhenThePartitionHasNoLeader() {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        var admin = new KafkaAdmin(options, errors, timer, () -> {
            throw new IllegalStateException("not asked");
        });
        var control = new KafkaControl(options, errors, admin, new SimpleMeterRegistry());
        var reader = new StateReader(control, "s", Duration.ofMillis(20));

        assertThatThrownBy(() -> reader.read(new Leaderless(), new TopicPartition("c", 0), 5))
                .isInstanceOf(BrokerException.Unavailable.class)
                .hasMessageContaining("the states of session 's' were not read within PT0.02S");

        assertThat(control.close()).succeedsWithin(PATIENCE);
        admin.close();
        timer.shutdownNow();
    }

    private static final class Leaderless extends MockConsumer<byte[], byte[]> {
        Leaderless() {
            super("none");
        }

        @Override
        public synchronized long position(TopicPartition partition) {
            throw new AssertionError("asked without a limit");
        }

        @Override
        public synchronized long position(TopicPartition partition, Duration limit) {
            assertThat(limit).isLessThanOrEqualTo(Duration.ofSeconds(1));
            throw new TimeoutException("its position is not known yet");
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration limit) {
            return ConsumerRecords.empty();
        }
    }
}

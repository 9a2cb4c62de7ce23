package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control.Change;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.StepVerifier;

/** Sessions and readers of states when there are more of them than threads. */
class KafkaSessionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final KafkaBrokerOptions options =
            KafkaBrokerOptions.builder("k", "localhost:1").build();
    private final KafkaErrors errors = new KafkaErrors(options);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final CountDownLatch over = new CountDownLatch(1);
    private final KafkaAdmin admin = new KafkaAdmin(options, errors, timer, this::waiting);
    private final KafkaControl control = new KafkaControl(options, errors, admin, new SimpleMeterRegistry());

    @AfterEach
    void close() {
        over.countDown();
        timer.shutdownNow();
        admin.close();
        assertThat(control.close()).succeedsWithin(PATIENCE);
    }

    private Admin waiting() {
        await(over);
        throw new IllegalStateException("no client");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static CompletableFuture<Void> commit(KafkaSession session) {
        return session.commit(List.of(), List.of(Change.put("a", new byte[1]))).toFuture();
    }

    @Test
    void answersWhatQueuedBehindACommitThatGotNoThread() {
        var session = new AtomicReference<KafkaSession>();
        var behind = new ArrayList<CompletableFuture<Void>>();
        Executor full = work -> {
            if (behind.isEmpty()) {
                behind.add(commit(session.get()));
            }
            throw errors.unavailable("no thread");
        };
        session.set(new KafkaSession(control, "s", full));

        var first = commit(session.get());

        for (var commit : List.of(first, behind.get(0), commit(session.get()))) {
            assertThat(commit)
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withCauseInstanceOf(BrokerException.Full.class)
                    .withMessageContaining("no thread");
        }
        assertThat(session.get().end()).succeedsWithin(PATIENCE);
    }

    @Test
    void answersCommitsAndClosesWhenTheProcessCanHaveNoMoreThreads() {
        Executor none = work -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        var session = new KafkaSession(control, "s", none, none);

        for (var n = 0; n < 2; n++) {
            assertThat(commit(session))
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withCauseInstanceOf(BrokerException.Full.class)
                    .withMessageContaining("unable to create native thread");
        }
        assertThat(session.end()).succeedsWithin(PATIENCE);
    }

    @Test
    void worksAgainOnceThereIsAThread() {
        var free = new AtomicReference<Executor>(work -> {
            throw errors.unavailable("no thread");
        });
        var session = new KafkaSession(control, "s", work -> free.get().execute(work));
        assertThat(commit(session)).failsWithin(PATIENCE);

        free.set(Runnable::run);

        // It never was opened, and says so by itself.
        assertThat(commit(session))
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withMessageContaining("session 's' is closed");
    }

    @Test
    void takesNoThreadOfSessionsForThoseWhoOnlyRead() {
        var reading = new ArrayList<Disposable>();
        for (var n = 0; n < StateReads.AT_ONCE + StateReads.WAITING_MAX; n++) {
            reading.add(control.read("s" + n).onErrorComplete().subscribe());
        }

        StepVerifier.create(control.read("more"))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(BrokerException.Unavailable.class)
                        .hasMessageContaining(StateReads.WAITING_MAX + " readers of its states wait already"))
                .verify(PATIENCE);
        var ran = new CountDownLatch(2 * KafkaControl.SESSIONS_MAX);
        for (var n = 0; n < 2 * KafkaControl.SESSIONS_MAX; n++) {
            control.threads().execute(() -> {
                ran.countDown();
                await(ran);
            });
        }
        await(ran);
        reading.forEach(Disposable::dispose);
    }

    @Test
    void readsWhileSessionsHaveAllThreads() {
        for (var n = 0; n < 2 * KafkaControl.SESSIONS_MAX; n++) {
            control.threads().execute(() -> await(over));
        }
        admin.close();

        StepVerifier.create(control.read("s"))
                .expectErrorSatisfies(error -> assertThat(error).hasMessageContaining("it is closed"))
                .verify(PATIENCE);
    }
}

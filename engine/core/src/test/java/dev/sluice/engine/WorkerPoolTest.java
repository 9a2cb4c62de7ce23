package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofMinutes(1);

    private WorkerPool pool = new WorkerPool(4, LONG);

    @AfterEach
    void stop() {
        pool.stop();
        await().atMost(PATIENCE).until(() -> pool.threads() == 0);
    }

    private static Workers.Work work(Runnable run, Runnable left) {
        return new Workers.Work() {
            @Override
            public void run() {
                run.run();
            }

            @Override
            public void left() {
                left.run();
            }
        };
    }

    private static Workers.Work blocked(CountDownLatch begun, CountDownLatch release) {
        return work(
                () -> {
                    begun.countDown();
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                () -> {});
    }

    /** Their waits are so short that hand-overs and retirements meet all the time. */
    @Test
    void runsEveryWorkOnceWhileItsThreadsRetireAtAnyMoment() throws Exception {
        // Those that are just retiring count until they are gone.
        pool = new WorkerPool(256, Duration.ofNanos(20_000));
        var leases = new Semaphore(64);
        var works = 20_000;
        var runs = new AtomicIntegerArray(works);
        var left = new CountDownLatch(works);
        var givers = new ArrayList<Thread>();
        for (var giver = 0; giver < 2; giver++) {
            var first = giver;
            var thread = new Thread(() -> {
                for (var i = first; i < works; i += 2) {
                    var number = i;
                    leases.acquireUninterruptibly();
                    pool.execute(work(() -> runs.incrementAndGet(number), () -> {
                        leases.release();
                        left.countDown();
                    }));
                }
            });
            thread.start();
            givers.add(thread);
        }
        for (var giver : givers) {
            giver.join(PATIENCE.toMillis());
        }

        assertThat(left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        for (var i = 0; i < works; i++) {
            assertThat(runs.get(i)).as("runs of %d", i).isEqualTo(1);
        }
        await().atMost(PATIENCE).until(() -> pool.threads() == 0);
    }

    @Test
    void needsNoMoreThreadsThanThereIsWorkAtOnceWhenWorkFollowsOnWorkThatWasLeft() throws Exception {
        pool = new WorkerPool(1_000, LONG);
        var chains = 4;
        var ended = new CountDownLatch(chains);
        for (var chain = 0; chain < chains; chain++) {
            follow(5_000, ended);
        }

        assertThat(ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(pool.threads()).isLessThanOrEqualTo(chains);
    }

    private void follow(int more, CountDownLatch ended) {
        pool.execute(work(() -> {}, () -> {
            if (more == 0) {
                ended.countDown();
            } else {
                follow(more - 1, ended);
            }
        }));
    }

    @Test
    void refusesWorkBeyondItsThreadsAndTakesItOnceOneIsFree() throws Exception {
        var begun = new CountDownLatch(4);
        var release = new CountDownLatch(1);
        for (var i = 0; i < 4; i++) {
            pool.execute(blocked(begun, release));
        }
        assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> pool.execute(work(() -> {}, () -> {})))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage("all of 4 workers have work");

        release.countDown();
        var ran = new AtomicInteger();
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            pool.execute(work(ran::incrementAndGet, () -> {}));
            assertThat(ran.get()).isPositive();
        });
        assertThat(pool.threads()).isEqualTo(4);
    }

    @Test
    void endsThreadsThatFindNoWork() {
        pool = new WorkerPool(4, Duration.ofMillis(5));
        pool.execute(work(() -> {}, () -> {}));

        await().atMost(PATIENCE).until(() -> pool.threads() == 0);
        var ran = new CountDownLatch(1);
        pool.execute(work(ran::countDown, () -> {}));
        await().atMost(PATIENCE).until(() -> ran.getCount() == 0);
    }

    @Test
    void interruptsWhatRunsAndTakesNothingMoreOnceItIsStopped() throws Exception {
        var begun = new CountDownLatch(1);
        pool.execute(blocked(begun, new CountDownLatch(1)));
        assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        pool.stop();

        await().atMost(PATIENCE).until(() -> pool.threads() == 0);
        assertThatThrownBy(() -> pool.execute(work(() -> {}, () -> {})))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage("the workers have stopped");
    }

    @Test
    void givesNoRunTheInterruptThatCameAfterTheOneBefore() throws Exception {
        var interrupted = new CompletableFuture<Boolean>();
        var next = work(() -> interrupted.complete(Thread.currentThread().isInterrupted()), () -> {});
        pool.execute(work(() -> {}, () -> {
            Thread.currentThread().interrupt();
            pool.execute(next);
        }));

        assertThat(interrupted.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void runsWhatWasHandedToAWorkerThatEndsByAnError() throws Exception {
        var ran = new CountDownLatch(1);
        var next = work(ran::countDown, () -> {});
        pool.execute(work(() -> Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {}), () -> {
            pool.execute(next);
            throw new StackOverflowError("as a test");
        }));

        assertThat(ran.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void waitsThoughAnInterruptCameTooLateForItsRun() throws Exception {
        var thread = new Thread[1];
        var left = new CountDownLatch(1);
        pool.execute(work(() -> thread[0] = Thread.currentThread(), left::countDown));
        assertThat(left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        thread[0].interrupt();

        await().atMost(PATIENCE).until(() -> !thread[0].isInterrupted());
        var next = new CountDownLatch(1);
        pool.execute(work(next::countDown, () -> {}));
        assertThat(next.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(pool.threads()).isEqualTo(1);
    }
}

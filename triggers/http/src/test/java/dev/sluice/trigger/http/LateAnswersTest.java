package dev.sluice.trigger.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class LateAnswersTest {
    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final LateAnswers late = new LateAnswers(loop::add);
    private final List<Integer> written = new ArrayList<>();

    private void add(int from, int end) {
        for (int i = from; i < end; i++) {
            int number = i;
            late.add(() -> written.add(number));
        }
    }

    @Test
    void costABurstOneTurnOfTheLoop() {
        add(0, 100);

        assertThat(loop).hasSize(1);
        assertThat(written).isEmpty();
        loop.remove().run();
        assertThat(written).hasSize(100).isSorted();
        assertThat(loop).isEmpty();
    }

    @Test
    void wakeTheLoopAgainForTheNextBurst() {
        add(0, 2);
        loop.remove().run();

        add(2, 4);

        assertThat(loop).hasSize(1);
        loop.remove().run();
        assertThat(written).containsExactly(0, 1, 2, 3);
    }

    @Test
    void letTheLoopReadBetweenTurnsWhenThereAreMany() {
        add(0, 600);

        loop.remove().run();

        assertThat(written).hasSize(256);
        assertThat(loop).hasSize(1);
        loop.remove().run();
        loop.remove().run();
        assertThat(written).hasSize(600).isSorted();
        assertThat(loop).isEmpty();
    }

    @Test
    void takeWhatComesDuringATurn() {
        late.add(() -> add(1, 3));

        loop.remove().run();

        assertThat(written).containsExactly(1, 2);
        assertThat(loop).isEmpty();
    }

    @Test
    void areWrittenThoughOneBeforeThemFails() {
        late.add(() -> {
            throw new StackOverflowError();
        });
        add(1, 3);

        loop.remove().run();
        add(3, 4);
        loop.remove().run();

        assertThat(written).containsExactly(1, 2, 3);
    }

    @Test
    void areWrittenAtOnceWhenTheLoopHasEnded() {
        LateAnswers orphaned = new LateAnswers(task -> {
            throw new RejectedExecutionException("shut down");
        });

        for (int i = 0; i < 3; i++) {
            int number = i;
            orphaned.add(() -> written.add(number));
        }

        assertThat(written).containsExactly(0, 1, 2);
    }

    /** The race between the last look of a turn and an adder that finds the turn still due. */
    @RepeatedTest(5)
    void loseNoneOfManyThreads() throws InterruptedException {
        int threads = 3;
        int each = 20_000;
        AtomicIntegerArray counts = new AtomicIntegerArray(threads * each);
        AtomicBoolean overlap = new AtomicBoolean();
        AtomicBoolean writing = new AtomicBoolean();
        var oneLoop = Executors.newSingleThreadExecutor();
        LateAnswers shared = new LateAnswers(oneLoop);
        CountDownLatch all = new CountDownLatch(threads * each);
        try {
            for (int thread = 0; thread < threads; thread++) {
                int from = thread * each;
                new Thread(() -> {
                            for (int i = from; i < from + each; i++) {
                                int number = i;
                                shared.add(() -> {
                                    overlap.compareAndSet(false, !writing.compareAndSet(false, true));
                                    counts.incrementAndGet(number);
                                    writing.set(false);
                                    all.countDown();
                                });
                            }
                        })
                        .start();
            }
            assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            oneLoop.shutdown();
        }
        assertThat(overlap).isFalse();
        for (int i = 0; i < counts.length(); i++) {
            assertThat(counts.get(i)).isEqualTo(1);
        }
    }
}

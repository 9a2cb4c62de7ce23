package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is handed to the engine's loops, and when it wakes them. */
class EventLoopsTest {
    private final ArrayDeque<Runnable> wakes = new ArrayDeque<>();
    private final EventLoops loops = new EventLoops(1, wakes::add);
    private final Loop loop = loops.next();

    @AfterEach
    void close() {
        loops.close();
    }

    private void passes() throws InterruptedException {
        var passed = new CountDownLatch(1);
        loop.execute(passed::countDown);
        assertThat(passed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void wakesTheLoopOnlyWhenItsOwnerSaysSo() throws InterruptedException {
        var woken = new CountDownLatch(1);
        loop.wake(woken::countDown);

        passes();
        assertThat(woken.getCount()).isEqualTo(1);

        wakes.remove().run();
        passes();
        assertThat(woken.getCount()).isZero();
    }

    @Test
    void executesWithoutAskingTheOwnerOfWakes() throws InterruptedException {
        passes();

        assertThat(wakes).isEmpty();
    }
}

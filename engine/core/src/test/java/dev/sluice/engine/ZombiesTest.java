package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.blocking;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Blocking functions that ignore their cancel: real threads, virtual time. */
class ZombiesTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final Map<String, CountDownLatch> latches = new ConcurrentHashMap<>();
    private final List<String> began = new CopyOnWriteArrayList<>();
    private final AtomicInteger interrupts = new AtomicInteger();
    /** Ends at once, but for {@code stuck…}: that ends when its latch is open and heeds no interrupt. */
    private final FunctionCode code = blocking(text -> {
        began.add(text);
        if (text.startsWith("stuck")) {
            awaitStubbornly(latch(text));
        }
        return "answer to " + text;
    });

    @AfterEach
    void endTheThreads() {
        latches.values().forEach(CountDownLatch::countDown);
        workers.shutdownNow();
    }

    @Test
    void holdsSlotAndKeyOfARunThatIgnoresItsCancelUntilItEnds() {
        var test = new TestDispatcher(function(code, 2, TIMEOUT), workers);
        var pipeline = test.attach(retries(0));
        var stuck = test.source.offer("stuck", "a");
        var behind = test.source.offer("behind", "a");
        test.loop.runUntil(() -> began.contains("stuck"));
        test.advance(TIMEOUT);
        test.loop.runUntil(() -> interrupts.get() == 1);
        var other = test.source.offer("other", "b");
        test.loop.runUntil(other::accepted);

        assertThat(test.status().zombies()).isEqualTo(1);
        assertThat(test.status().leased()).isEqualTo(1);
        assertThat(stuck.accepted()).isFalse();
        assertThat(began).doesNotContain("behind");

        latch("stuck").countDown();
        test.loop.runUntil(behind::accepted);
        assertThat(stuck.accepted()).isTrue();
        assertThat(test.deadLetters.only().getExtension("dlerror"))
                .isEqualTo("TimedOut: function 'fn' ran past its timeout of 1000 ms");
        assertThat(test.answers.texts()).containsExactly("answer to other", "answer to behind");
        assertThat(test.status().zombies()).isZero();
        assertThat(test.status().leased()).isZero();
        assertThat(pipeline.counts.timeouts.get()).isEqualTo(1);
        assertThat(pipeline.counts.abandoned.get()).isZero();
    }

    @Test
    void givesSlotAndKeyBackAfterOneMoreDeadline() {
        var test = new TestDispatcher(function(code, 1, TIMEOUT), workers);
        var pipeline = test.attach(retries(0));
        var stuck = test.source.offer("stuck", "a");
        var behind = test.source.offer("behind", "a");
        test.loop.runUntil(() -> began.contains("stuck"));
        test.advance(TIMEOUT.multipliedBy(2).minusMillis(1));
        assertThat(test.status().leased()).isEqualTo(1);
        assertThat(stuck.accepted()).isFalse();

        test.advanceMillis(1);
        test.loop.runUntil(behind::accepted);
        assertThat(stuck.accepted()).isTrue();
        assertThat(test.status().leased()).isZero();
        assertThat(test.status().zombies()).isEqualTo(1);
        assertThat(pipeline.counts.abandoned.get()).isEqualTo(1);

        latch("stuck").countDown();
        test.loop.runUntil(() -> test.status().zombies() == 0);
        assertThat(test.answers.texts()).containsExactly("answer to behind");
        assertThat(stuck.accepts).hasValue(1);
    }

    @Test
    void interruptsARunThatHeedsItAtItsDeadline() {
        var heeding = blocking(text -> {
            began.add(text);
            try {
                latch(text).await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
            return text;
        });
        var test = new TestDispatcher(function(heeding, 1, TIMEOUT), workers);
        test.attach(retries(0));
        var event = test.source.offer("sleeps");
        test.loop.runUntil(() -> began.contains("sleeps"));
        test.advance(TIMEOUT);
        test.loop.runUntil(event::accepted);

        assertThat(test.deadLetters.only().getExtension("dlerror").toString()).startsWith("TimedOut: ");
        test.loop.runUntil(() -> test.status().zombies() == 0);
        assertThat(test.status().leased()).isZero();
    }

    @Test
    void replacesAnInstanceOfWhichMoreThanATenthOfTheSlotsHoldZombies() {
        var test = new TestDispatcher(function(code, 4, TIMEOUT), workers);
        test.attach(retries(0));
        test.source.offer("stuck1", "a");
        test.source.offer("stuck2", "b");
        test.loop.runUntil(() -> began.size() == 2);
        test.advance(TIMEOUT);
        assertThat(test.status().leased()).isEqualTo(2);

        // All slots of the new instance are free, though two of the old one's are not.
        for (var i = 0; i < 4; i++) {
            test.source.offer("stuck-later" + i);
        }
        test.loop.runUntil(() -> began.size() == 6);
        assertThat(test.status().leased()).isEqualTo(6);
        assertThat(test.status().instances()).isEqualTo(1);
    }

    @Test
    void leasesNothingWhileMoreZombiesThanAllowedHoldThreads() {
        var options = TestDispatcher.options(10_000, 32L << 20, 1);
        var test = new TestDispatcher(function(code, 4, TIMEOUT), workers, options);
        test.attach(retries(0));
        test.source.offer("stuck1", "a");
        test.source.offer("stuck2", "b");
        test.loop.runUntil(() -> began.size() == 2);
        test.advance(TIMEOUT);
        var waiting = test.source.offer("waiting", "c");
        test.run();

        assertThat(began).doesNotContain("waiting");
        assertThat(test.status().runnable()).isEqualTo(1);
        assertThat(test.status().detail())
                .isEqualTo("2 runs are past their deadline and still hold a thread; the limit is 1: nothing new is"
                        + " started");

        latch("stuck1").countDown();
        test.loop.runUntil(waiting::accepted);
        assertThat(test.status().detail()).isEmpty();
    }

    @Test
    void startsAgainWhenTheZombiesOfAnotherFunctionHaveEnded() {
        var options = TestDispatcher.options(10_000, 32L << 20, 1);
        var test = new TestDispatcher(function(code, 4, TIMEOUT), workers, options);
        test.attach(retries(0));
        var other = new TestDispatcher(function(code, 4, TIMEOUT), workers, options, test.shared, test.loop);
        other.attach(retries(0));
        test.source.offer("stuck1", "a");
        test.source.offer("stuck2", "b");
        test.loop.runUntil(() -> began.size() == 2);
        test.advance(TIMEOUT);
        var waiting = other.source.offer("waiting");
        other.run();
        assertThat(began).doesNotContain("waiting");

        latch("stuck1").countDown();
        test.loop.runUntil(() -> test.status().zombies() == 1);
        test.advance(Duration.ofMillis(200));
        test.loop.runUntil(waiting::accepted);
    }

    private CountDownLatch latch(String text) {
        return latches.computeIfAbsent(text, key -> new CountDownLatch(1));
    }

    private void awaitStubbornly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                if (!latch.await(20, TimeUnit.SECONDS)) {
                    return;
                }
            } catch (InterruptedException ignored) {
                interrupts.incrementAndGet();
            }
        }
    }
}

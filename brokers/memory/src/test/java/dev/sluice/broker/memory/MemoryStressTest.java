package dev.sluice.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.cloudevents.WireEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/**
 * Threads that publish, settle, release, join and leave at once, within narrow limits. Checked all along: no event is
 * lent to two holders, or lent again once done; the first runs of a key go up one by one. Checked at the end: every
 * event was done once, nothing waits, nothing is lent.
 */
class MemoryStressTest {
    private static final int PUBLISHERS = 4;
    private static final int KEYS = 16;
    private static final int PER_KEY = 400;
    private static final int TOTAL = KEYS * PER_KEY;
    private static final Object FREE = "free";
    private static final Object DONE = "done";

    private final Map<String, Object> holders = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> firstRuns = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> breaches = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Lent> toSettle = new ConcurrentLinkedQueue<>();
    private final AtomicInteger done = new AtomicInteger();

    /** A delivery in the hands of a member. */
    private record Lent(Delivery delivery, Worker by) {
        String id() {
            return delivery.event().getId();
        }
    }

    private final class Worker extends BaseSubscriber<Delivery> {
        private final List<Lent> had = new CopyOnWriteArrayList<>();
        private boolean leaving;
        private int settling;

        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
            request(32);
        }

        @Override
        protected void hookOnNext(Delivery delivery) {
            var lent = new Lent(delivery, this);
            synchronized (this) {
                if (leaving) {
                    return;
                }
                var before = holders.put(lent.id(), lent);
                if (before == null) {
                    checkFirstRun(lent);
                } else if (before != FREE) {
                    breaches.add(lent.id() + " lent while " + before);
                }
                had.add(lent);
            }
            toSettle.add(lent);
        }

        private void checkFirstRun(Lent lent) {
            var next = firstRuns.computeIfAbsent(String.valueOf(lent.delivery.key()), key -> new AtomicInteger());
            var expected = lent.delivery.key() + "-" + next.getAndIncrement();
            if (!expected.equals(lent.id())) {
                breaches.add(lent.id() + " ran first instead of " + expected);
            }
        }

        private boolean beginSettling(Lent lent, Object as) {
            synchronized (this) {
                if (leaving || holders.get(lent.id()) != lent) {
                    return false;
                }
                holders.put(lent.id(), as);
                settling++;
                return true;
            }
        }

        private synchronized void endSettling() {
            settling--;
            notifyAll();
        }

        /** Leaves with all it has not settled, once nothing is being settled. */
        private void leave() throws InterruptedException {
            synchronized (this) {
                leaving = true;
                while (settling > 0) {
                    wait(10_000);
                }
                had.forEach(lent -> holders.replace(lent.id(), lent, FREE));
            }
            cancel();
        }
    }

    private void settle(Random random) {
        var lent = toSettle.poll();
        if (lent == null) {
            LockSupport.parkNanos(20_000);
            return;
        }
        var release = random.nextInt(10) == 0;
        if (!lent.by.beginSettling(lent, release ? FREE : DONE)) {
            return;
        }
        if (release) {
            lent.delivery.release();
        } else {
            lent.delivery.accept().subscribe();
            done.incrementAndGet();
        }
        lent.by.endSettling();
        lent.by.request(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void losesAndDoublesNothingAndKeepsTheOrderOfKeys(long seed) throws Exception {
        var limits = new MemoryLimits(4, 1, 100, 60_000, 60_000, 1_000, Duration.ofSeconds(60), 10_000);
        var broker = MemoryBroker.create("memory", limits, new SimpleMeterRegistry());
        var subscription = new Subscription("t", "g", Start.EARLIEST);
        var workers = new ArrayList<Worker>();
        join(broker, subscription, workers);
        var publishers = new ArrayList<Thread>();
        for (var p = 0; p < PUBLISHERS; p++) {
            var publisher = p;
            publishers.add(start("publisher" + p, () -> publish(broker, publisher)));
        }
        var settlers = new ArrayList<Thread>();
        for (var s = 0; s < 2; s++) {
            var random = new Random(seed * 31 + s);
            settlers.add(start("settler" + s, () -> {
                while (done.get() < TOTAL && !Thread.currentThread().isInterrupted()) {
                    settle(random);
                }
            }));
        }

        comeAndGo(broker, subscription, workers, new Random(seed));
        for (var thread : publishers) {
            thread.join(20_000);
        }
        Awaitility.await("seed " + seed)
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(done.get() + breaches.size()).isGreaterThanOrEqualTo(TOTAL));
        settlers.forEach(Thread::interrupt);

        assertThat(breaches).as("seed " + seed).isEmpty();
        assertThat(holders).as("seed " + seed).hasSize(TOTAL);
        assertThat(holders.values()).as("seed " + seed).containsOnly(DONE);
        var status = broker.topics().blockOptional().orElseThrow().get(0);
        assertThat(status.groups().get(0).events()).hasValue(0);
        assertThat(status.partitions().stream().mapToLong(p -> p.end()).sum()).isEqualTo(TOTAL);
        broker.close().block();
    }

    /** The race: a cancel between a member's look at it and its entry into the group finds no group to leave. */
    @Test
    void leavesNoGhostInTheGroupWhenACancelMeetsTheJoin() throws Exception {
        var broker = MemoryBroker.create("memory", MemoryLimits.DEFAULT, new SimpleMeterRegistry());
        var subscription = new Subscription("t", "g", Start.EARLIEST);
        for (var round = 0; round < 3_000; round++) {
            var ghost = new Worker();
            var barrier = new CyclicBarrier(2);
            var canceller = start("canceller", () -> {
                await(barrier);
                ghost.cancel();
            });
            broker.source(subscription)
                    .receive()
                    .doOnSubscribe(s -> await(barrier))
                    .subscribe(ghost);
            canceller.join(10_000);
        }

        var source = broker.source(subscription);
        source.receive().subscribe(new Worker());

        assertThat(source.lag().partitions()).hasSize(MemoryLimits.DEFAULT.partitions());
        broker.close().block();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException failure) {
            throw new AssertionError(failure);
        }
    }

    private void publish(MemoryBroker broker, int publisher) {
        var sink = broker.sink("t");
        Flux.range(0, PER_KEY)
                .concatMapIterable(n -> eventsOf(publisher, n))
                .flatMapSequential(event -> sink.publish(event, null), 20, 20)
                .doOnError(error -> breaches.add("publisher: " + error))
                .blockLast(Duration.ofSeconds(20));
    }

    /** The n-th event of each key that the publisher has. */
    private static List<WireEvent> eventsOf(int publisher, int n) {
        var events = new ArrayList<WireEvent>();
        for (var key = publisher; key < KEYS; key += PUBLISHERS) {
            events.add(MemoryFixture.event(
                    "key" + key + "-" + n,
                    "key" + key,
                    ThreadLocalRandom.current().nextInt(500)));
        }
        return events;
    }

    private void comeAndGo(MemoryBroker broker, Subscription subscription, List<Worker> workers, Random random)
            throws InterruptedException {
        for (var change = 0; change < 60 && done.get() < TOTAL; change++) {
            var before = done.get();
            if (workers.size() < 2 || workers.size() < 6 && random.nextBoolean()) {
                join(broker, subscription, workers);
            } else {
                workers.remove(random.nextInt(workers.size())).leave();
            }
            for (var pause = 0; pause < 50 && done.get() < before + TOTAL / 80; pause++) {
                LockSupport.parkNanos(200_000);
            }
        }
    }

    private void join(MemoryBroker broker, Subscription subscription, List<Worker> workers) {
        var worker = new Worker();
        broker.source(subscription).receive().subscribe(worker);
        workers.add(worker);
    }

    private static Thread start(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}

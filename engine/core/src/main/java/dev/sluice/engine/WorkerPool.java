package dev.sluice.engine;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads that take work from hand to hand. Idle ones stand on a lock-free stack (R. K. Treiber, Systems
 * programming: coping with parallelism, 1986), so that the one that worked last works next, and those at the bottom
 * retire. A worker stands there before it says that it has left its work: as long as work follows on work that was
 * left, there are no more threads than there was work at once, but for those that are just retiring.
 *
 * <p>A queue that idle threads wait at, as {@link java.util.concurrent.SynchronousQueue}, has every one of them spin
 * before it parks: a thousand of them stop two cores for seconds.
 */
final class WorkerPool implements Workers {
    /** For how long a worker waits for work. */
    static final Duration IDLE_MAX = Duration.ofSeconds(10);

    /**
     * Looks for work before a thread parks, each after a yield. On busy cores the loop has its next work ready by then,
     * and to park and to be woken costs both threads more than the hand-over.
     */
    private static final int YIELDS = 8;

    private final AtomicReference<@Nullable Idle> idle = new AtomicReference<>();
    private final AtomicInteger threads = new AtomicInteger();
    private final AtomicInteger named = new AtomicInteger();
    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();
    private final int threadsMax;
    private final long idleNanos;
    private volatile boolean stopped;

    /** A worker on the stack; a new one each time, so that a comparison can't take it for an earlier one. */
    private record Idle(Worker worker, @Nullable Idle next) {}

    /**
     * @param threadsMax threads at once
     * @param idleMax for how long a thread without work stays
     */
    WorkerPool(int threadsMax, Duration idleMax) {
        this.threadsMax = threadsMax;
        idleNanos = idleMax.toNanos();
    }

    @Override
    public void execute(Work work) {
        if (stopped) {
            throw new RejectedExecutionException("the workers have stopped");
        }
        for (var worker = pop(); worker != null; worker = pop()) {
            if (worker.offer(work)) {
                return;
            }
        }
        if (threads.incrementAndGet() > threadsMax) {
            threads.decrementAndGet();
            throw new RejectedExecutionException("all of " + threadsMax + " workers have work");
        }
        var worker = new Worker(work);
        workers.add(worker);
        try {
            worker.thread.start();
        } catch (Throwable noThread) {
            worker.gone();
            throw noThread;
        }
        if (stopped) {
            worker.thread.interrupt();
        }
    }

    private @Nullable Worker pop() {
        while (true) {
            var top = idle.get();
            if (top == null) {
                return null;
            }
            if (idle.compareAndSet(top, top.next())) {
                return top.worker();
            }
        }
    }

    private void push(Worker worker) {
        while (true) {
            var top = idle.get();
            if (idle.compareAndSet(top, new Idle(worker, top))) {
                return;
            }
        }
    }

    /** Threads there are. */
    int threads() {
        return threads.get();
    }

    @Override
    public boolean limited() {
        return true;
    }

    @Override
    public void stop() {
        stopped = true;
        workers.forEach(worker -> worker.thread.interrupt());
    }

    private final class Worker implements Runnable {
        private final Thread thread;
        /** What it is to do; null while it waits, {@link Retired} when it waits no more. */
        private final AtomicReference<@Nullable Work> next;

        private @Nullable Work begun;

        Worker(Work first) {
            next = new AtomicReference<>(first);
            thread = new Thread(this, "sluice-worker-" + named.incrementAndGet());
            thread.setDaemon(true);
        }

        /** False when it has retired. Only for the one that took it off the stack. */
        boolean offer(Work work) {
            if (!next.compareAndSet(null, work)) {
                return false;
            }
            LockSupport.unpark(thread);
            return true;
        }

        @Override
        public void run() {
            try {
                for (var work = next.get(); work != null; work = await()) {
                    begun = work;
                    // One that came between two runs was not for this one; the one that ends them all was.
                    var unused = Thread.interrupted();
                    if (stopped) {
                        thread.interrupt();
                    }
                    work.run();
                    next.set(null);
                    push(this);
                    work.left();
                }
            } finally {
                end();
            }
        }

        /** Leaves nothing with itself that was handed over and not begun, be it an Error that ends it. */
        private void end() {
            var late = next.getAndSet(Retired.ONE);
            gone();
            if (late != null && late != begun && late != Retired.ONE) {
                execute(late);
            }
        }

        /** Waits for work; null when it retires. It stays on the stack then, until somebody takes it off for nothing. */
        @SuppressWarnings("ThreadPriorityCheck") // an economy: without a turn of others it parks
        private @Nullable Work await() {
            for (var turn = 0; turn < YIELDS; turn++) {
                var soon = next.get();
                if (soon != null) {
                    return soon;
                }
                Thread.yield();
            }
            var end = System.nanoTime() + idleNanos;
            while (true) {
                var work = next.get();
                if (work != null) {
                    return work;
                }
                var left = end - System.nanoTime();
                if (left <= 0 || stopped) {
                    return next.compareAndSet(null, Retired.ONE) ? null : next.get();
                }
                LockSupport.parkNanos(this, left);
                // An interrupt that came too late for its run would have the next wait end at once, again and again.
                var unused = Thread.interrupted();
            }
        }

        void gone() {
            workers.remove(this);
            threads.decrementAndGet();
        }
    }

    /** In the place of work: a worker that takes no more. */
    private enum Retired implements Work {
        ONE;

        @Override
        public void run() {}

        @Override
        public void left() {}
    }
}

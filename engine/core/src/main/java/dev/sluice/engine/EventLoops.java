package dev.sluice.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The engine's event loops. Their threads are Reactor's non-blocking ones, so that {@code block()} inside a reactive
 * function fails at once and says so.
 */
final class EventLoops {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

    private final Scheduler scheduler;
    private final List<WorkerLoop> loops = new ArrayList<>();
    private final LoopWatchdog watchdog;
    private int next;

    EventLoops(int threads, Executor wakes) {
        scheduler = Schedulers.newParallel("sluice-loop", threads, true);
        for (var i = 0; i < threads; i++) {
            loops.add(new WorkerLoop(scheduler.createWorker(), wakes));
        }
        watchdog = new LoopWatchdog(loops);
        startTimers();
    }

    /**
     * Starts the threads that Reactor's timers share. A thread keeps the context class loader under which it was started
     * for good: the first function that waits a moment would never be unloaded.
     */
    private static void startTimers() {
        for (var i = 0; i < Schedulers.DEFAULT_POOL_SIZE; i++) {
            Schedulers.parallel().schedule(() -> {});
        }
    }

    /** The loops take turns. */
    synchronized Loop next() {
        return loops.get(Math.floorMod(next++, loops.size()));
    }

    void close() {
        watchdog.close();
        scheduler.dispose();
    }

    /**
     * A loop on one of Reactor's parallel threads; remembers since when its task runs, for the watchdog. What it does
     * before a function runs on it counts as idle: that is the engine's own start, with its classes to load.
     */
    static final class WorkerLoop implements Loop {
        private final Scheduler.Worker worker;
        private final Executor wakes;
        private volatile long busySince;
        /** Whether a function has run here; known to the loop's own thread. */
        private boolean serving;

        private volatile Thread thread = Thread.currentThread();

        WorkerLoop(Scheduler.Worker worker, Executor wakes) {
            this.worker = worker;
            this.wakes = wakes;
        }

        @Override
        public void execute(Runnable task) {
            try {
                worker.schedule(() -> run(task));
            } catch (RejectedExecutionException closed) {
                LOG.debug("task dropped: the event loops are closed");
            }
        }

        @Override
        public void wake(Runnable task) {
            wakes.execute(() -> execute(task));
        }

        @Override
        public void schedule(Runnable task, long delayNanos) {
            try {
                worker.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException closed) {
                LOG.debug("timer dropped: the event loops are closed");
            }
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        private void run(Runnable task) {
            thread = Thread.currentThread();
            if (serving) {
                begin();
            }
            try {
                task.run();
            } finally {
                busySince = 0;
            }
        }

        @Override
        public void serves() {
            if (!serving) {
                serving = true;
                begin();
            }
        }

        private void begin() {
            // 0 means idle, so a clock that reads 0 is moved by a nanosecond.
            var now = System.nanoTime();
            busySince = now == 0 ? 1 : now;
        }

        /** When the running task began, 0 when idle. */
        long busySince() {
            return busySince;
        }

        Thread thread() {
            return thread;
        }
    }
}

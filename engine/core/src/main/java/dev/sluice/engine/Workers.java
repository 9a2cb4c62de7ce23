package dev.sluice.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Threads for blocking functions: a virtual thread per run on Java 21 or newer, else a {@link WorkerPool}. Whoever
 * executes holds a lease, so the leases bound the threads; a run beyond the pool's limit is refused, never queued.
 */
interface Workers {
    /** Platform threads for leases at most, on a Java without virtual ones. */
    int THREADS_MAX = 2_048;

    /** Threads beside those of leases, for runs whose slot was given back while they ignored their cancel. */
    int ZOMBIES = 128;

    /** What a worker does. It must not throw. */
    interface Work extends Runnable {
        /** The worker takes more; what this tells others may bring it at once. */
        void left();
    }

    /**
     * Runs it on a thread of its own, which counts as free again when {@link Work#left} is called on it.
     *
     * @throws RejectedExecutionException when there are as many threads as there may be
     */
    void execute(Work work);

    /** Whether the number of threads limits how many blocking runs there can be. */
    boolean limited();

    /** Interrupts what runs; nothing more is taken. */
    void stop();

    /** Whether this Java has virtual threads. */
    static boolean virtualThreads() {
        return Runtime.version().feature() >= 21;
    }

    static Workers create() {
        try {
            var virtual = (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
            return on(virtual, virtual::shutdownNow);
        } catch (ReflectiveOperationException beforeJava21) {
            return new WorkerPool(THREADS_MAX + ZOMBIES, WorkerPool.IDLE_MAX);
        }
    }

    /** Takes threads from something that has no limit. */
    static Workers on(Executor executor, Runnable stop) {
        return new Workers() {
            @Override
            public void execute(Work work) {
                executor.execute(() -> {
                    work.run();
                    work.left();
                });
            }

            @Override
            public boolean limited() {
                return false;
            }

            @Override
            public void stop() {
                stop.run();
            }
        };
    }
}

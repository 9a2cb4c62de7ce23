package dev.sluice.engine;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for blocking functions: a virtual thread per run on Java 21 or newer, else a pool without a queue. Whoever
 * executes holds a lease, so the leases bound the threads; a run beyond the pool's limit is refused, never queued.
 */
final class Workers {
    /** Platform threads at most, on a Java without virtual ones. */
    static final int THREADS_MAX = 2_048;

    /** Threads beside those of leases, for runs whose slot was given back while they ignored their cancel. */
    private static final int ZOMBIES = 128;

    private Workers() {}

    /** Whether the number of threads limits how many blocking runs there can be. */
    static boolean limited(ExecutorService workers) {
        return workers instanceof ThreadPoolExecutor;
    }

    /** Whether this Java has virtual threads. */
    static boolean virtualThreads() {
        return Runtime.version().feature() >= 21;
    }

    static ExecutorService create() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException beforeJava21) {
            var number = new AtomicInteger();
            return new ThreadPoolExecutor(
                    0, THREADS_MAX + ZOMBIES, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                        var thread = new Thread(task, "sluice-worker-" + number.incrementAndGet());
                        thread.setDaemon(true);
                        return thread;
                    });
        }
    }
}

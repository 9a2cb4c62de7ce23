package dev.sluice.broker.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Reads states for those who only look, on {@link #AT_ONCE} threads that block, so that they never take one from a
 * session. Who waits for a thread is told so after {@link #WAIT_MAX}, rather than behind all that wait before it.
 */
final class StateReads {
    static final int AT_ONCE = 8;
    /** Reads that wait for a thread. */
    static final int WAITING_MAX = 256;
    /** For how long a read that comes up has waited at most; one that waited longer is not begun. */
    static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private static final int IDLE_S = 10;

    private final KafkaErrors errors;
    private final Function<String, Map<String, byte[]>> read;
    private final LongSupplier nanoTime;
    private final ThreadPoolExecutor threads;

    /** @param read reads the states of the session of that name; blocks */
    StateReads(
            KafkaErrors errors,
            ThreadFactory factory,
            Function<String, Map<String, byte[]>> read,
            LongSupplier nanoTime) {
        this.errors = errors;
        this.read = read;
        this.nanoTime = nanoTime;
        this.threads = new ThreadPoolExecutor(
                AT_ONCE, AT_ONCE, IDLE_S, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_MAX), factory);
        threads.allowCoreThreadTimeOut(true);
    }

    Mono<Map<String, byte[]>> read(String session) {
        return Mono.create(reader -> {
            var task = new Task(session, nanoTime.getAsLong(), reader);
            reader.onCancel(task::leave);
            try {
                threads.execute(task);
            } catch (RejectedExecutionException full) {
                reader.error(
                        threads.isShutdown()
                                ? errors.closed()
                                : errors.unavailable(WAITING_MAX + " readers of its states wait already"));
                return;
            } catch (OutOfMemoryError noThread) {
                // What a thread pool throws when the system gives the process no more threads.
                reader.error(errors.unavailable("its control topic gets no thread: " + noThread.getMessage()));
                return;
            }
            // It may have been left before it had a place to give back.
            if (task.left) {
                threads.remove(task);
            }
        });
    }

    /** Those that wait are answered still. */
    void close() {
        threads.shutdown();
    }

    private final class Task implements Runnable {
        private final String session;
        private final long askedNanos;
        private final MonoSink<Map<String, byte[]>> reader;
        private volatile boolean left;

        Task(String session, long askedNanos, MonoSink<Map<String, byte[]>> reader) {
            this.session = session;
            this.askedNanos = askedNanos;
            this.reader = reader;
        }

        /** Its place is free for another at once. */
        void leave() {
            left = true;
            threads.remove(this);
        }

        @Override
        public void run() {
            if (left) {
                return;
            }
            try {
                if (nanoTime.getAsLong() - askedNanos > WAIT_MAX.toNanos()) {
                    throw errors.unavailable(
                            "no thread read the states of session '" + session + "' within " + WAIT_MAX);
                }
                reader.success(read.apply(session));
            } catch (RuntimeException | LinkageError failed) {
                reader.error(errors.of(failed));
            }
        }
    }
}

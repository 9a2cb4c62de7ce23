package dev.sluice.broker.kafka;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one of Kafka's clients in the background: its constructor looks names up and so may block and fail. What fails
 * is tried again after 0.5 s, doubling to 10 s.
 */
final class Connector<C> {
    private static final Logger LOG = LoggerFactory.getLogger(Connector.class);
    private static final long DELAY_MIN_MS = 500;
    private static final long DELAY_MAX_MS = 10_000;

    private final ScheduledExecutorService control;
    private final Supplier<C> maker;
    private final Consumer<C> closer;
    private final KafkaErrors errors;
    private final CompletableFuture<C> made = new CompletableFuture<>();
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile @Nullable Throwable failure;

    Connector(ScheduledExecutorService control, Supplier<C> maker, Consumer<C> closer, KafkaErrors errors) {
        this.control = control;
        this.maker = maker;
        this.closer = closer;
        this.errors = errors;
    }

    /** The client, once there is one; errors once closed. The first call begins. */
    CompletableFuture<C> client() {
        if (begun.compareAndSet(false, true)) {
            control.execute(() -> make(DELAY_MIN_MS));
        }
        return made;
    }

    /** Why the last try failed; null when none did or there is a client. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    private void make(long delayMs) {
        if (made.isDone()) {
            return;
        }
        try {
            var client = maker.get();
            failure = null;
            if (!made.complete(client)) {
                closer.accept(client);
            }
        } catch (RuntimeException | LinkageError e) {
            failure = e;
            // The same words for each try and each client, so that a log's filter can tell a repeat.
            LOG.atWarn().log("no Kafka client could be made, tried again every 10 s or sooner: {}", errors.why(e));
            var unused =
                    control.schedule(() -> make(Math.min(DELAY_MAX_MS, 2 * delayMs)), delayMs, TimeUnit.MILLISECONDS);
        }
    }

    /** Refuses those who wait and closes the client, if there is one. May block as long as the closer does. */
    void close() {
        begun.set(true);
        if (!made.completeExceptionally(errors.closed()) && !made.isCompletedExceptionally()) {
            closer.accept(made.join());
        }
    }
}

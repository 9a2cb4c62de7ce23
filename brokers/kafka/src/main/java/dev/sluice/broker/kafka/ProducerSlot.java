package dev.sluice.broker.kafka;

import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the producer: none until the first is made, and none between one that can send no more (it was not let in, or
 * lost its identity) and the next, which is made after 1 s, doubling to 10 s as long as none gets an acknowledgement.
 */
final class ProducerSlot {
    /** How long a producer may take to bring to an end what it has. */
    static final Duration FLUSH_MAX = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(ProducerSlot.class);
    private static final long RESTART_MIN_MS = 1_000;
    private static final long RESTART_MAX_MS = 10_000;
    private static final long TROUBLE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final ScheduledExecutorService control;
    private final Supplier<Producer<byte[], byte[]>> maker;
    private final KafkaErrors errors;
    private final Counter starts;
    private final Runnable onReady;
    private volatile @Nullable Connector<Producer<byte[], byte[]>> connector;
    private volatile @Nullable Producer<byte[], byte[]> producer;
    private volatile @Nullable String trouble;
    private volatile long troubleNanos;
    private volatile long restartMs = RESTART_MIN_MS;
    private volatile boolean closed;

    /** @param onReady is called, on the control thread, whenever there is a new producer */
    ProducerSlot(
            ScheduledExecutorService control,
            Supplier<Producer<byte[], byte[]>> maker,
            KafkaErrors errors,
            Counter starts,
            Runnable onReady) {
        this.control = control;
        this.maker = maker;
        this.errors = errors;
        this.starts = starts;
        this.onReady = onReady;
    }

    /** Begins to make a producer. */
    void connect() {
        if (closed) {
            return;
        }
        var connecting = new Connector<>(control, maker, made -> made.close(FLUSH_MAX), errors);
        connector = connecting;
        var unused = connecting.client().whenComplete((made, error) -> {
            if (error == null) {
                starts.increment();
                take(made);
                onReady.run();
            }
        });
    }

    private synchronized void take(Producer<byte[], byte[]> made) {
        producer = closed ? null : made;
    }

    /** The producer, if there is one that can send. */
    @Nullable
    Producer<byte[], byte[]> producer() {
        return producer;
    }

    /** An acknowledgement came: the producer is well. */
    void acknowledged() {
        if (trouble != null) {
            trouble = null;
            restartMs = RESTART_MIN_MS;
        }
    }

    /**
     * A send failed. Replaces the producer if it is of no use any more; of one that was replaced before, nothing
     * follows.
     *
     * @param failed the producer
     * @param thrown whether the producer threw it instead of telling its callback
     */
    void failed(@Nullable Producer<byte[], byte[]> failed, Exception error, boolean thrown) {
        if (closed || failed == null || !isFatal(error, thrown) || !vacate(failed)) {
            return;
        }
        troubleNanos = System.nanoTime();
        trouble = errors.why(error);
        var delayMs = restartMs;
        restartMs = Math.min(RESTART_MAX_MS, 2 * delayMs);
        LOG.atWarn().log("the producer can send no more, another one is made in {} ms: {}", delayMs, trouble);
        var retired = connector;
        if (retired != null) {
            control.execute(retired::close);
        }
        var unused = control.schedule(this::connect, delayMs, TimeUnit.MILLISECONDS);
    }

    private synchronized boolean vacate(Producer<byte[], byte[]> failed) {
        if (producer != failed) {
            return false;
        }
        producer = null;
        return true;
    }

    /** Whether what a producer threw says that it is closed, and so has not taken the record. */
    static boolean isClosed(RuntimeException thrown) {
        return thrown instanceof IllegalStateException && thrown.getCause() == null;
    }

    private static boolean isFatal(Exception error, boolean thrown) {
        var root = KafkaErrors.root(error);
        return root instanceof AuthenticationException
                || root instanceof ClusterAuthorizationException
                || root instanceof ProducerFencedException
                || root instanceof InvalidPidMappingException
                || root instanceof UnsupportedVersionException
                // A closed one, or one in an error state: what it throws says no more than that.
                || (thrown && (root instanceof IllegalStateException || error.getClass() == KafkaException.class));
    }

    /** Why nothing can be sent; null when all is well as far as is known, or when that was a while ago. */
    @Nullable
    String trouble() {
        var connecting = connector;
        var failure = connecting == null ? null : connecting.failure();
        if (failure != null) {
            return errors.why(failure);
        }
        return System.nanoTime() - troubleNanos < TROUBLE_NANOS ? trouble : null;
    }

    /** From now on there is none. What it has goes on until {@link #close}. */
    synchronized void shut() {
        closed = true;
        producer = null;
    }

    /** Brings what the producer has to an end, within {@link #FLUSH_MAX}. Blocks; called on the control thread. */
    void close() {
        shut();
        var connecting = connector;
        if (connecting != null) {
            connecting.close();
        }
    }
}

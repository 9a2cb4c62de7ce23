package dev.sluice.broker.kafka;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;

/**
 * One publish under way: its subscription and Kafka's callback in one object. It is told of its end once: by the
 * producer, on its I/O thread or inside {@link Producer#send}, or by its lane if the producer never had it. What comes
 * of it after that has no effect: a producer that takes a record and fails then may throw, and tell the callback as
 * well.
 */
final class Send implements Subscription, Callback {
    private static final Logger LOG = LoggerFactory.getLogger(Send.class);
    private static final AtomicIntegerFieldUpdater<Send> ENDED =
            AtomicIntegerFieldUpdater.newUpdater(Send.class, "ended");

    final int sizeBytes;
    final long startNanos;
    private final SendLane lane;
    private final CoreSubscriber<? super Void> actual;

    /** Null once the producer has copied it. Written by the one thread that offers it. */
    private @Nullable ProducerRecord<byte[], byte[]> record;

    /**
     * The thread inside {@link Producer#send}: a callback on that very thread is the producer's answer to the call, not
     * to the record. Any other thread that reads it may see an old value, which is never itself.
     */
    private @Nullable Thread offering;

    /** Why the producer would have had to wait; only used by the offering thread. */
    private @Nullable Exception wait;

    /** The producer that it was offered to last: whose failure it is if it fails. */
    private @Nullable Producer<byte[], byte[]> producer;

    private volatile int ended;
    private volatile boolean cancelled;

    Send(
            SendLane lane,
            ProducerRecord<byte[], byte[]> record,
            int sizeBytes,
            long startNanos,
            CoreSubscriber<? super Void> actual) {
        this.lane = lane;
        this.record = record;
        this.sizeBytes = sizeBytes;
        this.startNanos = startNanos;
        this.actual = actual;
    }

    /**
     * Gives the record to the producer. Does not block: null when that has it or has refused it for good, otherwise why
     * it has to wait: a {@link TimeoutException} when the producer would have had to, another one when that is closed.
     */
    @Nullable
    Exception offerTo(Producer<byte[], byte[]> producer) {
        wait = null;
        this.producer = producer;
        offering = Thread.currentThread();
        try {
            var unused = producer.send(record, this);
        } catch (RuntimeException e) {
            offering = null;
            if (ProducerSlot.isClosed(e)) {
                return e;
            }
            lane.failed(this, producer, e, true);
            return null;
        }
        offering = null;
        var reason = wait;
        if (reason == null) {
            record = null;
        }
        return reason;
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception error) {
        if (error == null) {
            lane.acknowledged(this);
        } else if (error instanceof TimeoutException timeout && offering == Thread.currentThread()) {
            wait = timeout;
        } else {
            lane.failed(this, producer, error, false);
        }
    }

    /** Claims its end: true for the one that is to tell the subscriber. */
    boolean end() {
        return ended == 0 && ENDED.compareAndSet(this, 0, 1);
    }

    /** Tells the subscriber that the topic has the event. What it throws is its own fault and stops no other send. */
    void complete() {
        if (!cancelled) {
            try {
                actual.onComplete();
            } catch (RuntimeException | LinkageError e) {
                LOG.atError().setCause(e).log("a publisher failed at being told of its success");
            }
        }
    }

    /** Tells the subscriber that the topic has not, or may not have, the event. */
    void fail(Throwable why) {
        record = null;
        if (!cancelled) {
            try {
                actual.onError(why);
            } catch (RuntimeException | LinkageError e) {
                LOG.atError().setCause(e).log("a publisher failed at being told of its failure");
            }
        }
    }

    boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void request(long n) {
        // Nothing but the end is ever signalled, and that needs no demand.
    }

    @Override
    public void cancel() {
        cancelled = true;
        lane.withdraw(this);
    }
}

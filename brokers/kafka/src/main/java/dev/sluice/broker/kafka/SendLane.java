package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The sends of one topic. As long as the topic is known and the producer takes what it is given, a send goes to it on
 * its publisher's thread. Otherwise it waits here, and whatever is published later waits behind it, so that the order
 * stays: only when the last one that waited has gone to the producer does a publisher go there itself again.
 *
 * <p>The queue and what is counted of it are guarded by this; no send is offered, and no subscriber called, under that
 * lock. Only the {@link Outbox}'s thread takes sends out, except for those that are cancelled.
 */
final class SendLane {
    /** Sends of one topic that wait; the next one is refused at once. */
    static final int WAITING_MAX = 10_000;

    private static final long LOOK_UP_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long MISSING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private enum Topic {
        UNKNOWN,
        ASKED,
        KNOWN
    }

    private final Outbox outbox;
    private final String topic;
    private final SendMeters meters;
    private final LinkedHashSet<Send> queue = new LinkedHashSet<>();
    private volatile int waiting;
    private volatile Topic state = Topic.UNKNOWN;
    private volatile @Nullable TopicLimits limits;

    /** Why the topic can't be sent to and won't be: fails all that wait. Written by whoever looked the topic up. */
    private volatile @Nullable BrokerException refusal;

    /** Why it can't at the moment. */
    private volatile @Nullable BrokerException obstacle;

    private volatile long lookUpNotBefore;
    private @Nullable Send offered;
    /** Since when the producer does not know the topic; 0 when it does. Only used by the outbox's thread. */
    private long missingSince;

    SendLane(Outbox outbox, String topic) {
        this.outbox = outbox;
        this.topic = topic;
        this.meters = new SendMeters(outbox.registry(), outbox.broker(), topic);
    }

    String topic() {
        return topic;
    }

    KafkaRecords records() {
        return outbox.records();
    }

    int waiting() {
        return waiting;
    }

    /** The largest record, in bytes as the producer reckons them. */
    private int recordBytesMax() {
        var known = limits;
        var topicMax = known == null ? TopicLimits.MESSAGE_BYTES : known.messageBytesMax();
        return Math.min(outbox.requestBytesMax(), topicMax);
    }

    /**
     * The largest event that surely fits; in structured mode data may be written as base64, 4 characters for 3 bytes.
     */
    int eventBytesMax() {
        var bytes = Math.max(0, recordBytesMax() - Outbox.RECORD_OVERHEAD);
        return outbox.isStructured() ? bytes / 4 * 3 : bytes;
    }

    /** What is compressed may fit where the whole would not: then only the topic can tell. */
    void requireFits(int sizeBytes) {
        var max = outbox.compresses() || limits == null ? outbox.requestBytesMax() : recordBytesMax();
        if (sizeBytes > max) {
            meters.refused("size");
            throw new BrokerException.TooLarge(topic, sizeBytes, max);
        }
    }

    /** Learns what the topic takes. */
    void learn(TopicLimits found) {
        limits = found;
        state = Topic.KNOWN;
        obstacle = null;
    }

    /** Sends it, or lets it wait behind those that do; called once the subscriber has its subscription. */
    void start(Send send) {
        if (waiting == 0 && state == Topic.KNOWN) {
            var producer = outbox.producer();
            if (producer != null && send.offerTo(producer) == null) {
                return;
            }
        }
        var refused = enqueue(send);
        if (refused != null && send.end()) {
            send.fail(refused);
        } else {
            outbox.wake();
        }
    }

    private synchronized @Nullable BrokerException enqueue(Send send) {
        if (outbox.isClosed()) {
            return outbox.errors().closed();
        }
        if (send.isCancelled()) {
            return null;
        }
        if (queue.size() >= WAITING_MAX) {
            meters.refused("waiting");
            return new BrokerException.Full(topic, WAITING_MAX + " sends wait already");
        }
        if (!outbox.reserve(send.sizeBytes)) {
            meters.refused("waiting");
            return new BrokerException.Full(
                    topic, "sends of " + outbox.waitingBytesMax() + " bytes wait for broker " + outbox.broker());
        }
        queue.add(send);
        waiting = queue.size();
        return null;
    }

    /** Takes a cancelled send out, unless the producer is just being offered it. */
    synchronized void withdraw(Send send) {
        if (send != offered) {
            remove(send);
        }
    }

    private void remove(Send send) {
        if (queue.remove(send)) {
            waiting = queue.size();
            outbox.release(send.sizeBytes);
        }
    }

    /** Sends what can be sent and fails what has waited too long. Called by the outbox's thread only. */
    void serve(long nowNanos) {
        var refused = refusal;
        if (refused != null) {
            refusal = null;
            takeAll().forEach(send -> end(send, refused));
            return;
        }
        expire(nowNanos);
        if (waiting == 0) {
            return;
        }
        if (state != Topic.KNOWN) {
            lookUp(nowNanos, outbox.createsTopics());
            return;
        }
        var producer = outbox.producer();
        if (producer != null) {
            offerAll(producer, nowNanos);
        }
    }

    /** Offers what waits, until the producer would have to wait or is given up: the rest is for the next one. */
    private void offerAll(Producer<byte[], byte[]> producer, long nowNanos) {
        for (var send = nextToOffer(); send != null; send = nextToOffer()) {
            if (outbox.producer() != producer) {
                notOffered();
                return;
            }
            var wait = send.offerTo(producer);
            offered(send, wait == null);
            if (wait != null && !(wait instanceof TimeoutException)) {
                outbox.failed(producer, wait, true);
                return;
            }
            if (wait != null) {
                obstacle = wait instanceof BufferExhaustedException
                        ? new BrokerException.Full(topic, "what the producer may hold is in use: " + wait.getMessage())
                        : outbox.errors()
                                .unavailable("the producer reaches no leader of topic '" + topic + "' at "
                                        + outbox.servers());
                missing(wait, nowNanos);
                return;
            }
            missingSince = 0;
            obstacle = null;
        }
    }

    private synchronized @Nullable Send nextToOffer() {
        offered = queue.isEmpty() ? null : queue.iterator().next();
        return offered;
    }

    private synchronized void notOffered() {
        var send = offered;
        offered = null;
        if (send != null && send.isCancelled()) {
            remove(send);
        }
    }

    private synchronized void offered(Send send, boolean gone) {
        offered = null;
        if (gone || send.isCancelled()) {
            remove(send);
        }
    }

    /** A topic that was known and that the producer hears nothing of may have been deleted. */
    private void missing(Exception wait, long nowNanos) {
        if (wait instanceof BufferExhaustedException) {
            missingSince = 0;
        } else if (missingSince == 0) {
            missingSince = nowNanos;
        } else if (nowNanos - missingSince > MISSING_NANOS) {
            missingSince = 0;
            lookUp(nowNanos, false);
        }
    }

    private void lookUp(long nowNanos, boolean create) {
        if (state == Topic.ASKED || nowNanos - lookUpNotBefore < 0) {
            return;
        }
        state = Topic.ASKED;
        lookUpNotBefore = nowNanos + LOOK_UP_AGAIN_NANOS;
        var unused = outbox.lookUp(topic, create).whenComplete((found, error) -> {
            if (error == null) {
                learn(found);
            } else {
                var why = outbox.errors().of(error);
                obstacle = why;
                state = Topic.UNKNOWN;
                if (!why.transientFault()) {
                    refusal =
                            deleted(error, create) ? outbox.errors().refused("topic '" + topic + "' was deleted") : why;
                }
            }
            outbox.wake();
        });
    }

    private static boolean deleted(Throwable error, boolean create) {
        return !create && KafkaErrors.root(error) instanceof UnknownTopicOrPartitionException;
    }

    private void expire(long nowNanos) {
        for (var send = takeExpired(nowNanos); send != null; send = takeExpired(nowNanos)) {
            var why = obstacle;
            var waited = TimeUnit.NANOSECONDS.toMillis(nowNanos - send.startNanos);
            end(send, why != null ? why : outbox.errors().unavailable(outbox.whyNot(waited)));
        }
    }

    private synchronized @Nullable Send takeExpired(long nowNanos) {
        if (queue.isEmpty()) {
            return null;
        }
        var head = queue.iterator().next();
        if (nowNanos - head.startNanos < outbox.deadlineNanos()) {
            return null;
        }
        remove(head);
        return head;
    }

    private void end(Send send, BrokerException why) {
        if (send.end()) {
            meters.failed(why);
            send.fail(why);
        }
    }

    private synchronized List<Send> takeAll() {
        var all = new ArrayList<Send>(queue.size());
        for (Iterator<Send> sends = queue.iterator(); sends.hasNext(); ) {
            var send = sends.next();
            sends.remove();
            outbox.release(send.sizeBytes);
            all.add(send);
        }
        waiting = 0;
        return all;
    }

    /** Fails all that wait. Called by the outbox's thread at its end. */
    void close() {
        takeAll().forEach(send -> end(send, outbox.errors().closed()));
        meters.close();
    }

    /** The topic has the event. On the producer's I/O thread. */
    void acknowledged(Send send) {
        if (!send.end()) {
            return;
        }
        meters.sent(System.nanoTime() - send.startNanos);
        outbox.acknowledged();
        send.complete();
    }

    /**
     * The producer could not send it, or does not know whether it did.
     *
     * @param producer the one it was offered to
     * @param thrown whether it threw the error instead of telling its callback
     */
    void failed(Send send, @Nullable Producer<byte[], byte[]> producer, Exception error, boolean thrown) {
        outbox.failed(producer, error, thrown);
        if (error instanceof RecordTooLargeException) {
            var max = outbox.compresses() ? outbox.requestBytesMax() : recordBytesMax();
            end(send, new BrokerException.TooLarge(topic, send.sizeBytes, Math.min(max, send.sizeBytes - 1)));
        } else {
            end(
                    send,
                    outbox.isClosed()
                            ? outbox.errors().closed()
                            : outbox.errors().lean(error));
        }
    }
}

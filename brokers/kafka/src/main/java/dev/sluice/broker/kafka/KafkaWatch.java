package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;

/**
 * Someone who looks at a topic without a group: a consumer on a thread of its own, which alone touches the consumer and
 * signals. Whoever requests, cancels or ends it only sets a field and wakes the thread. A subscriber that has no
 * subscription yet can't cancel: it is looked at from time to time, and one that says of itself that it is cancelled
 * ends the watch.
 */
abstract class KafkaWatch<T> implements Subscription, Runnable {
    /** How long a question to the cluster may take. */
    static final Duration CALL = Duration.ofSeconds(10);

    private static final Duration FIRST_LOOK = Duration.ofMillis(500);
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration CLOSE = Duration.ofSeconds(1);

    private final String topic;
    private final CoreSubscriber<? super T> actual;
    private final KafkaWatches watches;
    private final AtomicLong demand = new AtomicLong();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Thread thread;
    private volatile boolean cancelled;
    private volatile @Nullable BrokerException ending;
    private volatile @Nullable Consumer<byte[], byte[]> polling;
    private boolean subscribed;
    private boolean complete;

    KafkaWatch(String topic, CoreSubscriber<? super T> actual, KafkaWatches watches, String threadName) {
        this.topic = topic;
        this.actual = actual;
        this.watches = watches;
        this.thread = new Thread(this, threadName);
        thread.setDaemon(true);
    }

    /** Whether the subscriber gets its subscription only once the consumer has its places. */
    abstract boolean placesFirst();

    /** Gives the consumer its places. */
    abstract void assign(Consumer<byte[], byte[]> consumer);

    /** Signals what there is, fetches more, or sleeps. Called again and again. */
    abstract void turn(Consumer<byte[], byte[]> consumer);

    final void begin() {
        thread.start();
    }

    @Override
    public final void request(long n) {
        if (Operators.validate(n)) {
            demand.accumulateAndGet(n, Operators::addCap);
            wake();
        }
    }

    @Override
    public final void cancel() {
        cancelled = true;
        stop();
    }

    /** Ends it with an error. */
    final void end(BrokerException why) {
        ending = why;
        stop();
    }

    private void stop() {
        wake();
        var consumer = polling;
        if (consumer != null) {
            consumer.wakeup();
        }
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            LockSupport.unpark(thread);
        }
    }

    /** What is requested and not signalled. */
    final long demand() {
        return demand.get();
    }

    /** Whether nothing more is to be signalled. */
    final boolean isOver() {
        return cancelled || complete || ending != null;
    }

    /** Says that there is nothing more. On its thread. */
    final void complete() {
        complete = true;
    }

    /** Hands one on, for which there has to be demand. On its thread. */
    final void signal(T item) {
        if (demand.get() != Long.MAX_VALUE) {
            demand.decrementAndGet();
        }
        actual.onNext(item);
    }

    /** Until someone requests, cancels or ends it. On its thread. */
    final void sleep() {
        if (!isOver() && !woken.get()) {
            LockSupport.park(this);
        }
    }

    final List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
        var infos = asking(limit -> consumer.partitionsFor(topic, limit));
        if (infos == null || infos.isEmpty()) {
            throw new UnknownTopicOrPartitionException("there is no topic '" + topic + "' to watch");
        }
        return infos.stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    /** Where another log goes on than the one that was read, if the cluster knows; its offsets are of other records. */
    static Map<TopicPartition, OffsetAndMetadata> divergence(OffsetOutOfRangeException gone) {
        return gone instanceof LogTruncationException cut ? cut.divergentOffsets() : Map.of();
    }

    /** Asks the cluster in parts, and looks between them whether anyone still waits for the answer. On its thread. */
    final <R> R asking(Function<Duration, R> question) {
        var deadline = System.nanoTime() + CALL.toNanos();
        for (var part = FIRST_LOOK; ; part = LOOK) {
            try {
                return question.apply(part);
            } catch (TimeoutException late) {
                if (isLeft()) {
                    cancelled = true;
                    throw new WakeupException();
                }
                if (System.nanoTime() - deadline >= 0) {
                    throw late;
                }
            }
        }
    }

    /**
     * Whether the subscriber, or one behind it, has cancelled, which it may before it has its subscription. That one
     * behind it has ended says nothing: an operator whose own source has completed still waits for this one.
     */
    private boolean isLeft() {
        if (subscribed || cancelled) {
            return cancelled;
        }
        var first = Scannable.from(actual);
        return Stream.concat(Stream.of(first), first.actuals())
                .anyMatch(each -> each.scanOrDefault(Scannable.Attr.CANCELLED, false));
    }

    @Override
    public final void run() {
        Throwable failure = null;
        try (var consumer = new Closing(watches.consumer())) {
            watch(consumer.consumer);
        } catch (WakeupException stopped) {
            failure = null;
        } catch (RuntimeException | LinkageError e) {
            failure = watches.errors().of(e);
        } finally {
            polling = null;
            watches.left(this);
        }
        if (cancelled) {
            return;
        }
        var why = ending != null && !complete ? ending : failure;
        if (why == null && complete) {
            actual.onComplete();
        } else if (why != null && subscribed) {
            actual.onError(why);
        } else if (why != null) {
            Operators.error(actual, why);
        }
    }

    /** Closes within a limit whatever happens. */
    private record Closing(Consumer<byte[], byte[]> consumer) implements AutoCloseable {
        @Override
        @SuppressWarnings("deprecation") // its successor takes a group's choices, and here is no group
        public void close() {
            consumer.close(CLOSE);
        }
    }

    private void watch(Consumer<byte[], byte[]> consumer) {
        polling = consumer;
        if (isOver()) {
            return;
        }
        if (placesFirst()) {
            assign(consumer);
        }
        subscribed = true;
        actual.onSubscribe(this);
        if (!placesFirst()) {
            assign(consumer);
        }
        while (!isOver()) {
            woken.set(false);
            turn(consumer);
        }
    }
}

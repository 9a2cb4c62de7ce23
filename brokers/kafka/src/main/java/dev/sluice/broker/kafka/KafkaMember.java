package dev.sluice.broker.kafka;

import dev.sluice.broker.Delivery;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * A member of a group: the subscription of one {@link KafkaSource#receive}, which hands on what is fetched, on demand.
 *
 * <p>All signals come from {@link #drain}, a loop that one thread at a time runs: the poll thread once records came,
 * and whoever requests or releases. When a run is under way it goes round once more instead. It takes some records at
 * a time from one partition after another and emits them while it holds no lock; before each it looks whether
 * something came between: a revocation, which is signalled in the same loop, so that nothing of the partition comes
 * after it; a pause or a release, for which it puts the rest back and takes anew.
 *
 * <p>Memory order: what a caller wrote before {@link #drain} (a volatile increment) is seen by the run that answers it.
 * After {@link #cancel} or an error nothing more is emitted, and nothing that is settled has an effect.
 */
final class KafkaMember implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaMember.class);
    private static final int BURST = 16;

    /** What was fetched and is not delivered. */
    final Backlog backlog;

    final PollGate gate;
    final SourceMeters meters;
    /** Of this topic only, since it remembers what its records are like. */
    final KafkaRecords records;

    private final KafkaSource source;
    private final CoreSubscriber<? super Delivery> actual;
    private final AtomicLong requested = new AtomicLong();
    /** As if the loop ran already: nothing is signalled before {@link #begin}. */
    private final AtomicInteger runs = new AtomicInteger(1);

    private final AtomicBoolean ended = new AtomicBoolean();
    /** No more than partitions are owned: each is asked for once. */
    private final Queue<KafkaRevocation> revocations = new ConcurrentLinkedQueue<>();

    private volatile boolean asked;
    private volatile @Nullable Throwable failure;
    private volatile OwnedPartition[] owned = {};
    /** What one burst holds; the running loop's, as the next one. */
    private final Delivery[] burst = new Delivery[BURST];

    private int turn;

    KafkaMember(
            KafkaSource source,
            CoreSubscriber<? super Delivery> actual,
            PollGate gate,
            Backlog backlog,
            SourceMeters meters,
            KafkaRecords records) {
        this.source = source;
        this.actual = actual;
        this.gate = gate;
        this.backlog = backlog;
        this.meters = meters;
        this.records = records.another();
    }

    // ---- the poll thread

    /** What it owns, in no order; not to be changed. */
    OwnedPartition[] owned() {
        return owned;
    }

    /** How many of these are not read on since too much of them is open; from any thread. */
    int fullPartitions() {
        var count = 0;
        for (var one : owned) {
            count += one.isFull() ? 1 : 0;
        }
        return count;
    }

    /** Owns these from now on. */
    void own(OwnedPartition[] partitions) {
        owned = partitions;
        meters.own(partitions);
        if (isEnded()) {
            endReadings();
        }
    }

    /** Asks for a partition back, once nothing of it is delivered any more. {@link #drain} has to follow. */
    void ask(KafkaRevocation revocation) {
        revocations.add(revocation);
        asked = true;
    }

    // ---- any thread

    boolean isPaused(int partition) {
        return source.isPaused(partition);
    }

    /** The partition, if it is owned. */
    @Nullable
    OwnedPartition owned(int partition) {
        for (var one : owned) {
            if (one.partition() == partition) {
                return one;
            }
        }
        return null;
    }

    boolean isEnded() {
        return ended.get();
    }

    /** Whether it would take events if there were some. */
    boolean hasDemand() {
        return requested.get() != 0;
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            fail(new IllegalArgumentException("requested " + n + " items: demand must be positive (rule 3.9)"));
            return;
        }
        requested.accumulateAndGet(n, Operators::addCap);
        drain();
    }

    @Override
    public void cancel() {
        end();
    }

    /** Ends it with an error, after what is being emitted. */
    void fail(Throwable why) {
        if (failure == null) {
            failure = why;
            drain();
        }
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            endReadings();
            source.leave(this);
        }
    }

    private void endReadings() {
        for (var one : owned) {
            var reading = one.reading;
            if (reading != null) {
                reading.end();
            }
        }
    }

    // ---- the loop

    /** The subscriber has its subscription: signals may come from now on. To be called once. */
    void begin() {
        loop();
    }

    void drain() {
        if (runs.getAndIncrement() == 0) {
            loop();
        }
    }

    private void loop() {
        var missed = 1;
        do {
            if (!isEnded()) {
                run();
            }
            missed = runs.addAndGet(-missed);
        } while (missed != 0);
    }

    private void run() {
        attend();
        emit();
        var why = failure;
        if (why != null && !isEnded()) {
            end();
            try {
                actual.onError(why);
            } catch (RuntimeException broken) {
                LOG.atError().setCause(broken).log("a reader failed on the end of its reading");
            }
        }
    }

    private void attend() {
        while (asked) {
            asked = false;
            for (var next = revocations.poll(); next != null; next = revocations.poll()) {
                source.signal(next);
            }
        }
    }

    private void emit() {
        var demand = requested.get();
        var emitted = 0L;
        while (emitted != demand && failure == null && !isEnded()) {
            var partitions = owned;
            var reading = nextReading(partitions);
            if (reading == null) {
                break;
            }
            emitted += emit(reading, (int) Math.min(BURST, demand - emitted));
            if (backlog.madeRoom()) {
                gate.wake();
            }
        }
        if (emitted != 0 && demand != Long.MAX_VALUE) {
            requested.addAndGet(-emitted);
        }
    }

    /** The next one in turn that has something to take; null when none has. */
    private @Nullable PartitionReading nextReading(OwnedPartition[] partitions) {
        for (var tried = 0; tried < partitions.length; tried++) {
            turn = turn + 1 >= partitions.length ? 0 : turn + 1;
            var reading = partitions[turn].reading;
            if (reading != null && reading.hasSome()) {
                return reading;
            }
        }
        return null;
    }

    private int emit(PartitionReading reading, int max) {
        var disturbances = reading.disturbances();
        var taken = reading.take(burst, max);
        for (var i = 0; i < taken; i++) {
            if (asked) {
                attend();
            }
            if (disturbances != reading.disturbances() || failure != null || isEnded()) {
                reading.putBack(burst, i, taken);
                reading.partition.lent.add(i);
                return i;
            }
            try {
                actual.onNext(burst[i]);
            } catch (Throwable broken) { // the poll thread must not suffer from whoever reads
                failure = broken;
            }
        }
        reading.partition.lent.add(taken);
        return taken;
    }
}

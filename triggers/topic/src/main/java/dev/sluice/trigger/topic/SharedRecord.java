package dev.sluice.trigger.topic;

import dev.sluice.broker.Delivery;
import io.cloudevents.CloudEvent;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * A record on loan to those triggers of a group that want it. It is settled upstream once, when every share is
 * settled: given back if any share was, accepted otherwise. Giving back waits for the last share, so that no trigger
 * still runs the old delivery of a key while another member of the group gets the new one.
 */
final class SharedRecord {
    private static final int OPEN = 0;
    private static final int ACCEPTED = 1;
    private static final int RELEASED = 2;
    /** Set in {@link #unsettled} once a share was given back; the bits below count the open shares. */
    private static final int GIVEN_BACK = 1 << 30;

    private final Delivery upstream;
    private final OpenRecords open;
    /** The triggers that have a share, ascending. */
    private final int[] triggers;
    /** Whose share takes one of the demand, by the places in {@link #triggers}. */
    private final boolean[] takesDemand;
    /** Each share's state leaves OPEN once, by compare-and-set; whoever does that counts it down. */
    private final AtomicIntegerArray states;

    private final AtomicInteger unsettled;
    private final AtomicIntegerArray triesOf;

    /** Neighbours in {@link OpenRecords}, guarded by its lock. */
    @Nullable
    SharedRecord previous;

    @Nullable
    SharedRecord next;

    SharedRecord(Delivery upstream, int[] triggers, boolean[] takesDemand, OpenRecords open) {
        this.upstream = upstream;
        this.open = open;
        this.triggers = triggers;
        this.takesDemand = takesDemand;
        this.states = new AtomicIntegerArray(triggers.length);
        this.unsettled = new AtomicInteger(triggers.length);
        this.triesOf = new AtomicIntegerArray(triggers.length);
    }

    Delivery share(int index) {
        return new Share(index);
    }

    /** Gives the trigger's share back, if it has one that is not settled. */
    void releaseOf(int trigger) {
        var index = Arrays.binarySearch(triggers, trigger);
        if (index >= 0) {
            release(index);
        }
    }

    /** Gives a share back unless it is settled. */
    void release(int index) {
        if (!states.compareAndSet(index, OPEN, RELEASED)) {
            return;
        }
        var before = unsettled.getAndUpdate(count -> (count | GIVEN_BACK) - 1);
        if ((before & ~GIVEN_BACK) == 1) {
            giveBack();
        }
    }

    /** Accepts a share; true when it was the last and the record is to be accepted upstream. */
    private boolean accept(int index) {
        if (!states.compareAndSet(index, OPEN, ACCEPTED)) {
            return false;
        }
        var left = unsettled.decrementAndGet();
        if (left == GIVEN_BACK) {
            giveBack();
        } else if (left == 0) {
            open.remove(this);
            return true;
        }
        return false;
    }

    /** The source is told of the trigger that has tried most. */
    private void triesBegun(int index, int tries) {
        triesOf.set(index, tries);
        var most = 0;
        for (var i = 0; i < triesOf.length(); i++) {
            most = Math.max(most, triesOf.get(i));
        }
        upstream.triesBegun(most);
    }

    private void giveBack() {
        open.remove(this);
        upstream.release();
    }

    private final class Share implements Delivery {
        private final int index;
        /**
         * Whether this one accepts for all. Written before its accept completes, so that a repeat after that sees it.
         */
        private volatile boolean last;

        Share(int index) {
            this.index = index;
        }

        @Override
        public CloudEvent event() {
            return upstream.event();
        }

        @Override
        public @Nullable String key() {
            return upstream.key();
        }

        @Override
        public int partition() {
            return upstream.partition();
        }

        @Override
        public long offset() {
            return upstream.offset();
        }

        @Override
        public int sizeBytes() {
            return upstream.sizeBytes();
        }

        @Override
        public boolean takesDemand() {
            return takesDemand[index];
        }

        @Override
        public int triesBefore() {
            return upstream.triesBefore();
        }

        @Override
        public void triesBegun(int tries) {
            SharedRecord.this.triesBegun(index, tries);
        }

        @Override
        public Mono<Void> accept() {
            return new Acceptance(this);
        }

        @Override
        public void release() {
            SharedRecord.this.release(index);
        }

        void accept(CoreSubscriber<? super Void> subscriber) {
            if (SharedRecord.this.accept(index)) {
                last = true;
            }
            if (last) {
                upstream.accept().subscribe(subscriber);
            } else {
                Operators.complete(subscriber);
            }
        }
    }

    private static final class Acceptance extends Mono<Void> {
        private final Share share;

        Acceptance(Share share) {
            this.share = share;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Void> subscriber) {
            share.accept(subscriber);
        }
    }
}

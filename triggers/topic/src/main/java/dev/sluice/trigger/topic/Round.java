package dev.sluice.trigger.topic;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription of the source on behalf of all triggers, from the moment all have taken their seats.
 *
 * <p>Signals to the triggers are passed on where the source gives them, which is one after another, so they need no
 * further order. Calls to the source ({@code request}, {@code cancel}) are wanted on any trigger's thread and are made
 * by the one that raised {@link #calls} from zero. Demand is counted per room, which is the triggers of one holder, since
 * the round began, together with the records that went by it; what the source was asked for is the least of these sums, and
 * only that caller touches it. So whatever is still to come, each room has a place for all of it. As what goes by makes
 * room without anyone asking, the source is asked again when half of what it was asked for has come.
 *
 * <p>Once a seat is left, nothing is delivered to any: what still comes is given back. A record is registered
 * before the seats' states are read, and a seat is marked as left before its shares are given back, so that one of both
 * sees the other.
 */
final class Round implements CoreSubscriber<Delivery> {
    private final EventSource source;
    private final Audience audience;
    private final Tally tally;
    private final long cameBefore;
    private final @Nullable Seat[] seats;
    private final Room[] rooms;
    private final OpenRecords open = new OpenRecords();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger staying;
    private long asked;
    /** Records of the round after which the source is asked again. */
    private volatile long askAgainAt = Long.MAX_VALUE;

    private volatile boolean started;
    private volatile boolean ending;
    private volatile boolean terminated;
    private volatile @Nullable Subscription upstream;

    Round(EventSource source, Audience audience, Tally tally) {
        this.source = source;
        this.audience = audience;
        this.tally = tally;
        this.cameBefore = tally.came();
        this.seats = new Seat[audience.size()];
        this.rooms = new Room[tally.rooms()];
        Arrays.setAll(rooms, Room::new);
        this.staying = new AtomicInteger(audience.size());
    }

    /** Whether it has ended for all: the source did, or every trigger has cancelled. */
    boolean over() {
        return terminated || staying.get() == 0;
    }

    /** A trigger's seat; none when it is taken or was left after the start. */
    synchronized @Nullable Seat take(int index, CoreSubscriber<? super Delivery> subscriber) {
        if (seats[index] != null) {
            return null;
        }
        var seat = new Seat(index, subscriber);
        seats[index] = seat;
        return seat;
    }

    /** The trigger has its subscription; the last one opens the source. */
    void seated(Seat seat) {
        if (completes(seat)) {
            source.receive().subscribe(this);
        }
    }

    private synchronized boolean completes(Seat seat) {
        seat.ready = true;
        for (var each : seats) {
            if (each == null || !each.ready) {
                return false;
            }
        }
        if (started) {
            return false;
        }
        started = true;
        return true;
    }

    private synchronized boolean vacatedBeforeStart(Seat seat) {
        if (started) {
            return false;
        }
        if (seats[seat.index] == seat) {
            seats[seat.index] = null;
        }
        return true;
    }

    private void leave(Seat seat) {
        if (vacatedBeforeStart(seat)) {
            return;
        }
        ending = true;
        seat.left = true;
        open.releaseAll(seat.index);
        staying.decrementAndGet();
        callUpstream();
    }

    private void callUpstream() {
        if (calls.getAndIncrement() != 0) {
            return;
        }
        var missed = 1;
        do {
            var subscription = upstream;
            if (subscription != null) {
                if (staying.get() == 0) {
                    subscription.cancel();
                } else if (!ending) {
                    request(subscription);
                }
            }
            missed = calls.addAndGet(-missed);
        } while (missed != 0);
    }

    private void request(Subscription subscription) {
        // Read before the rooms' sums: a record that they do not know yet finds the mark that asks again for it.
        var came = came();
        var least = Long.MAX_VALUE;
        for (var room : rooms) {
            least = Math.min(least, room.bound());
        }
        if (least > asked) {
            var more = least == Long.MAX_VALUE ? least : least - asked;
            asked = least;
            subscription.request(more);
        }
        // Each time at half of what is left, so that a room that is full does not cost a look at all of them per
        // record.
        askAgainAt = asked == Long.MAX_VALUE ? Long.MAX_VALUE : came + Math.max(1, (asked - came) / 2);
    }

    /** Records since the round began. */
    private long came() {
        return tally.came() - cameBefore;
    }

    /** The first trigger's, as far as there is one: the source has one subscriber. */
    @Override
    public Context currentContext() {
        var first = seats[0];
        return first == null ? Context.empty() : first.subscriber.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (Operators.validate(upstream, subscription)) {
            upstream = subscription;
            callUpstream();
        }
    }

    @Override
    public void onNext(Delivery delivery) {
        if (ending) {
            delivery.release();
            return;
        }
        var wanting = audience.of(delivery.event());
        var takesDemand = new boolean[wanting.length];
        var shared = new SharedRecord(delivery, wanting, takesDemand, open);
        open.add(shared);
        var took = tally.count(wanting, takesDemand);
        for (var index = 0; index < wanting.length; index++) {
            var seat = seats[wanting[index]];
            if (seat == null || seat.left) {
                shared.release(index);
            } else {
                seat.subscriber.onNext(shared.share(index));
            }
        }
        if (took < rooms.length && came() >= askAgainAt) {
            callUpstream();
        }
    }

    @Override
    public void onError(Throwable error) {
        terminated = true;
        forEachStaying(seat -> seat.subscriber.onError(error));
    }

    @Override
    public void onComplete() {
        terminated = true;
        forEachStaying(seat -> seat.subscriber.onComplete());
    }

    private void forEachStaying(Consumer<Seat> signal) {
        for (var seat : seats) {
            if (seat != null && !seat.left) {
                signal.accept(seat);
            }
        }
    }

    /** What the triggers of one holder ask for. */
    private final class Room {
        private final int number;
        private final AtomicLong requested = new AtomicLong();
        private final long passedByBefore;

        Room(int number) {
            this.number = number;
            this.passedByBefore = tally.passedBy(number);
        }

        /** As many records as may come in the round before it has no place for one. */
        long bound() {
            return Operators.addCap(requested.get(), tally.passedBy(number) - passedByBefore);
        }
    }

    /** One trigger's subscription. */
    final class Seat implements Subscription {
        private final int index;
        private final CoreSubscriber<? super Delivery> subscriber;
        private final AtomicInteger cancels = new AtomicInteger();
        private boolean ready;
        private volatile boolean left;

        Seat(int index, CoreSubscriber<? super Delivery> subscriber) {
            this.index = index;
            this.subscriber = subscriber;
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                rooms[tally.room(index)].requested.accumulateAndGet(n, Operators::addCap);
                callUpstream();
            }
        }

        @Override
        public void cancel() {
            if (cancels.getAndIncrement() == 0) {
                leave(this);
            }
        }
    }
}

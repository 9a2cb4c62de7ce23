package dev.sluice.engine;

import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A trigger's events on their way to streams that live as long as their instances. There are as many seats as instances;
 * each has a line of events, and a run while an instance has taken it. A key always goes to the same seat, so that its
 * events stay in order whatever becomes of instances. On the home loop.
 *
 * <pre>
 * arrival ──► line of its key's seat ──► handed out on demand ──► accept │ reject │ release (back-off, then the line)
 *                  ▲                             │
 *                  └── first in line again ◄─────┴ the run ended; the seat waits 1 s to 60 s for the next
 * </pre>
 */
final class Streams {
    /** Events that wait in a line; those beyond count as blocked. */
    static final int PREFETCH = 256;

    /** For a run whose instance goes, as for a new version's, or whose trigger stops. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(25);

    private final Dispatcher dispatcher;
    private final Pipeline pipeline;
    private final Seat[] seats;
    private int next;
    private int running;
    private volatile String problem = "";

    Streams(Dispatcher dispatcher, Pipeline pipeline, int instances) {
        this.dispatcher = dispatcher;
        this.pipeline = pipeline;
        seats = new Seat[instances];
        for (var i = 0; i < instances; i++) {
            seats[i] = new Seat(this, dispatcher, pipeline);
        }
    }

    // ---- arrivals

    /** Takes in an event that is open, in flight and to be handed out. */
    void add(Task task, @Nullable Object key) {
        seats[seatOf(key)].add(task);
    }

    private int seatOf(@Nullable Object key) {
        if (key != null) {
            var hash = key.hashCode();
            return Math.floorMod(hash ^ (hash >>> 16), seats.length);
        }
        next = (next + 1) % seats.length;
        return next;
    }

    // ---- instances

    /** Whether a seat waits for an instance. */
    boolean wantsInstance(long now) {
        for (var seat : seats) {
            if (seat.isFree(now)) {
                return true;
            }
        }
        return false;
    }

    /** Starts the stream of a seat on an instance whose slot is leased. */
    void start(Instance instance, long now) {
        for (var seat : seats) {
            if (seat.isFree(now)) {
                seat.start(instance, now);
                return;
            }
        }
        dispatcher.slotFree(instance);
    }

    /** Instances have come or gone: ends the runs of those that go. */
    void instancesChanged() {
        var until = dispatcher.nanos() + GRACE_NANOS;
        for (var seat : seats) {
            seat.completeIfInstanceGoes(until);
        }
        if (!pipeline.departures.ending()) {
            dispatcher.activate(pipeline);
        }
    }

    /** Lets all runs come to their end; who is in charge cancels them in the end. */
    void complete() {
        for (var seat : seats) {
            seat.complete(Long.MAX_VALUE);
        }
    }

    /** Lets all runs come to their end, and cancels those that don't within the grace. */
    void completeInTime() {
        var until = dispatcher.nanos() + GRACE_NANOS;
        for (var seat : seats) {
            seat.complete(until);
        }
    }

    /** Cancels runs that had their time, and starts those again that have waited theirs. */
    void tick(long now) {
        for (var seat : seats) {
            seat.tick(now);
        }
        tellProblem();
    }

    // ---- what goes elsewhere

    /** Gives back events that were not handed out. */
    void giveBackLines(Predicate<Task> which) {
        for (var seat : seats) {
            seat.giveBackLine(which);
        }
    }

    /** Gives back events, those included that a function has. */
    void lose(Predicate<Task> which) {
        giveBackLines(which);
        for (var seat : seats) {
            seat.lose(which);
        }
    }

    /** Cancels all runs. */
    void cancel() {
        for (var seat : seats) {
            seat.cancel();
        }
    }

    // ---- figures

    /** Events that wait for the function's demand only. */
    int runnable() {
        var sum = 0;
        for (var seat : seats) {
            sum += seat.runnable();
        }
        return sum;
    }

    /** Events behind a full line. */
    int blocked() {
        var sum = 0;
        for (var seat : seats) {
            sum += seat.blocked();
        }
        return sum;
    }

    /** What the lines hold that are longer than they should be. */
    long blockedBytes() {
        var sum = 0L;
        for (var seat : seats) {
            sum += seat.blockedBytes();
        }
        return sum;
    }

    /** Events in the hands of functions. */
    int unsettled() {
        var sum = 0;
        for (var seat : seats) {
            sum += seat.unsettled();
        }
        return sum;
    }

    /** How many events there should be room for. */
    int room() {
        return seats.length * PREFETCH;
    }

    /** Where the event is that waits for its stream, or that its stream has; null when neither does. O(open). */
    Seat.@Nullable Place placeOf(Task task) {
        for (var seat : seats) {
            var place = seat.placeOf(task);
            if (place != null) {
                return place;
            }
        }
        return null;
    }

    /** Runs there are; from any thread. */
    int running() {
        return running;
    }

    int seats() {
        return seats.length;
    }

    /** What is wrong, in words; empty when all run. From any thread. */
    String problem() {
        return problem;
    }

    // ---- from its seats

    /** A run has begun. */
    void begun() {
        running++;
    }

    /** A run is over. */
    void over() {
        running--;
    }

    /** Something is wrong with a seat, until all run. */
    void problem(String words) {
        problem = words;
    }

    /** What is wrong, when all run, is what holds one of them up. */
    void tellProblem() {
        if (running < seats.length) {
            return;
        }
        var held = "";
        for (var seat : seats) {
            var holdUp = seat.holdUp();
            held = holdUp.isEmpty() ? held : "a stream " + holdUp;
        }
        problem = held;
    }
}

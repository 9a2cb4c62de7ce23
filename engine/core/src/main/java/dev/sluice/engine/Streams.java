package dev.sluice.engine;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);
    private static final long RESTART_MIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RESTART_MAX_NANOS = TimeUnit.SECONDS.toNanos(60);
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
            seats[i] = new Seat();
        }
    }

    /** One instance's worth of the trigger. */
    final class Seat {
        private final ArrayDeque<Task> line = new ArrayDeque<>();
        private long bytes;
        /** Events of the line that the pipeline's room counts. */
        private int runnable;

        private @Nullable StreamRun run;
        private int failures;
        private int starts;
        /** When the next run may start. */
        private long dueNanos;

        private boolean backsOff;

        private boolean isFree(long now) {
            return run == null && (!backsOff || dueNanos - now <= 0);
        }

        private void add(Task task) {
            line.addLast(task);
            bytes += task.bytes;
            recount();
        }

        /** Tells how many of the line make up for demand. */
        private void recount() {
            var now = Math.min(PREFETCH, line.size());
            if (now != runnable) {
                pipeline.room.runnable(now - runnable);
                runnable = now;
            }
        }

        /** The next event to hand out; null when there is none. */
        @Nullable
        Task poll() {
            var task = line.pollFirst();
            if (task != null) {
                bytes -= task.bytes;
                recount();
                dispatcher.touch(pipeline);
            }
            return task;
        }

        private void start(Instance instance, long now) {
            backsOff = false;
            var id = Long.toHexString(dispatcher.host().random().nextLong());
            var started = new StreamRun(this, pipeline, instance, pipeline.name() + ":" + id + "-" + ++starts, now);
            run = started;
            running++;
            dispatcher.leased(now);
            started.start(failures + 1);
            started.feed();
            tellProblem();
        }

        /** Its run is over; these are the events that it has not settled, in the order in which it got them. */
        void ended(StreamRun over, List<Task> open, @Nullable Throwable error) {
            run = null;
            running--;
            var now = dispatcher.nanos();
            for (var i = open.size() - 1; i >= 0; i--) {
                var task = open.get(i);
                Settlement.notTried(task);
                if (pipeline.departures.leaving(task)) {
                    pipeline.settlement().giveBack(task);
                } else {
                    line.addFirst(task);
                    bytes += task.bytes;
                }
            }
            recount();
            var counts = pipeline.counts;
            counts.runs.add(1);
            counts.runNanos.add(now - over.startNanos);
            (error == null ? counts.succeeded : counts.failed).add(1);
            backOff(over, error, now);
            dispatcher.ended(over.instance, over.startNanos, now - over.startNanos, 0);
            dispatcher.touch(pipeline);
            pipeline.departures.settled();
            if (isFree(now)) {
                dispatcher.activate(pipeline);
            }
        }

        private void backOff(StreamRun over, @Nullable Throwable error, long now) {
            if (over.graceEnd() != 0) {
                return;
            }
            failures = now - over.startNanos > RESTART_MAX_NANOS ? 1 : failures + 1;
            var wait = Math.min(RESTART_MIN_NANOS << Math.min(failures - 1, 10), RESTART_MAX_NANOS);
            dueNanos = now + wait;
            backsOff = true;
            pipeline.counts.streamRestarts.add(1);
            problem = (error == null ? "a stream completed" : "a stream failed: " + DeadLetters.describe(error))
                    + ", it starts again after " + TimeUnit.NANOSECONDS.toSeconds(wait) + " s";
            LOG.atWarn()
                    .addArgument(pipeline.function())
                    .addArgument(problem)
                    .setCause(failures == 1 ? error : null)
                    .log("function {}: {}");
            dispatcher.wakeAt(dueNanos);
        }
    }

    // ---- arrivals

    /** Takes in an event that is open, in flight and to be handed out. */
    void add(Task task, @Nullable Object key) {
        var seat = seats[seatOf(key)];
        seat.add(task);
        if (seat.line.size() > PREFETCH) {
            pipeline.blocked(task);
        }
        if (seat.run != null) {
            seat.run.feed();
        } else if (seat.isFree(dispatcher.recentNanos())) {
            dispatcher.activate(pipeline);
        }
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
        for (var seat : seats) {
            if (seat.run != null && !seat.run.instance.serves()) {
                complete(seat.run, dispatcher.nanos() + GRACE_NANOS);
            }
        }
        if (!pipeline.departures.ending()) {
            dispatcher.activate(pipeline);
        }
    }

    private void complete(StreamRun run, long until) {
        run.complete(until);
        dispatcher.wakeAt(until);
    }

    /** Lets all runs come to their end; who is in charge cancels them in the end. */
    void complete() {
        for (var seat : seats) {
            if (seat.run != null) {
                seat.run.complete(Long.MAX_VALUE);
            }
        }
    }

    /** Lets all runs come to their end, and cancels those that don't within the grace. */
    void completeInTime() {
        for (var seat : seats) {
            if (seat.run != null) {
                complete(seat.run, dispatcher.nanos() + GRACE_NANOS);
            }
        }
    }

    /** Cancels runs that had their time, and starts those again that have waited theirs. */
    void tick(long now) {
        for (var seat : seats) {
            var run = seat.run;
            if (run != null && run.graceEnd() != 0 && run.graceEnd() != Long.MAX_VALUE) {
                if (run.graceEnd() - now <= 0) {
                    run.cancelRun("was cancelled: its instance goes or its trigger stops");
                } else {
                    dispatcher.wakeAt(run.graceEnd());
                }
            } else if (run == null && seat.backsOff) {
                if (seat.dueNanos - now <= 0) {
                    dispatcher.activate(pipeline);
                } else {
                    dispatcher.wakeAt(seat.dueNanos);
                }
            }
        }
        tellProblem();
    }

    // ---- what goes elsewhere

    /** Gives back events that were not handed out. */
    void giveBackLines(Predicate<Task> which) {
        for (var seat : seats) {
            seat.line.removeIf(task -> {
                if (which.test(task)) {
                    seat.bytes -= task.bytes;
                    pipeline.settlement().giveBack(task);
                    return true;
                }
                return false;
            });
            seat.recount();
        }
    }

    /** Gives back events, those included that a function has. */
    void lose(Predicate<Task> which) {
        giveBackLines(which);
        for (var seat : seats) {
            if (seat.run != null) {
                seat.run.lose(which);
            }
        }
    }

    /** Cancels all runs. */
    void cancel() {
        for (var seat : seats) {
            if (seat.run != null) {
                seat.run.complete(Long.MAX_VALUE);
                seat.run.cancelRun("was cancelled: the engine or its trigger stops");
            }
        }
    }

    // ---- figures

    /** Events that wait for the function's demand only. */
    int runnable() {
        var sum = 0;
        for (var seat : seats) {
            sum += Math.min(PREFETCH, seat.line.size());
        }
        return sum;
    }

    /** Events behind a full line. */
    int blocked() {
        var sum = 0;
        for (var seat : seats) {
            sum += Math.max(0, seat.line.size() - PREFETCH);
        }
        return sum;
    }

    /** What the lines hold that are longer than they should be. */
    long blockedBytes() {
        var sum = 0L;
        for (var seat : seats) {
            sum += seat.line.size() > PREFETCH ? seat.bytes : 0;
        }
        return sum;
    }

    /** Events in the hands of functions. */
    int unsettled() {
        var sum = 0;
        for (var seat : seats) {
            var run = seat.run;
            sum += run == null ? 0 : run.unsettled();
        }
        return sum;
    }

    /** How many events there should be room for. */
    int room() {
        return seats.length * PREFETCH;
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

    private void tellProblem() {
        if (running < seats.length) {
            return;
        }
        var held = "";
        for (var seat : seats) {
            held = seat.run == null || seat.run.holdUp().isEmpty() ? held : "a stream " + seat.run.holdUp();
        }
        problem = held;
    }
}

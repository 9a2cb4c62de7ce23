package dev.sluice.engine;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance's worth of a trigger's streams: a line of events, the run that takes them while there is one, and the
 * back-off between runs. On the home loop.
 */
final class Seat {
    private static final Logger LOG = LoggerFactory.getLogger(Seat.class);
    private static final long RESTART_MIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RESTART_MAX_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Streams streams;
    private final Dispatcher dispatcher;
    private final Pipeline pipeline;
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

    Seat(Streams streams, Dispatcher dispatcher, Pipeline pipeline) {
        this.streams = streams;
        this.dispatcher = dispatcher;
        this.pipeline = pipeline;
    }

    // ---- its line

    /** Takes in an event that is open, in flight and to be handed out. */
    void add(Task task) {
        line.addLast(task);
        bytes += task.bytes;
        recount();
        if (line.size() > Streams.PREFETCH) {
            pipeline.blocked(task);
        }
        if (run != null) {
            run.feed();
        } else if (isFree(dispatcher.recentNanos())) {
            dispatcher.activate(pipeline);
        }
    }

    /** Tells how many of the line make up for demand. */
    private void recount() {
        var now = Math.min(Streams.PREFETCH, line.size());
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

    /** Gives back events that were not handed out. */
    void giveBackLine(Predicate<Task> which) {
        line.removeIf(task -> {
            if (which.test(task)) {
                bytes -= task.bytes;
                pipeline.settlement().giveBack(task);
                return true;
            }
            return false;
        });
        recount();
    }

    // ---- its runs

    /** Whether it waits for an instance. */
    boolean isFree(long now) {
        return run == null && (!backsOff || dueNanos - now <= 0);
    }

    /** Starts a run on the instance, whose slot is leased. */
    void start(Instance instance, long now) {
        backsOff = false;
        var id = Long.toHexString(dispatcher.host().random().nextLong());
        var started = new StreamRun(this, pipeline, instance, pipeline.name() + ":" + id + "-" + ++starts, now);
        run = started;
        streams.begun();
        dispatcher.leased(now);
        started.start(failures + 1);
        started.feed();
        streams.tellProblem();
    }

    /** Its run is over; these are the events that it has not settled, in the order in which it got them. */
    void ended(StreamRun over, List<Task> open, @Nullable Throwable error) {
        run = null;
        streams.over();
        var now = dispatcher.nanos();
        var why = "its stream ended and had not settled it" + (error == null ? "" : ": " + DeadLetters.describe(error));
        for (var i = open.size() - 1; i >= 0; i--) {
            var task = open.get(i);
            pipeline.settlement().unsettled(task, why);
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
        var problem = (error == null ? "a stream completed" : "a stream failed: " + DeadLetters.describe(error))
                + ", it starts again after " + TimeUnit.NANOSECONDS.toSeconds(wait) + " s";
        streams.problem(problem);
        LOG.atWarn()
                .addArgument(pipeline.function())
                .addArgument(problem)
                .setCause(failures == 1 ? error : null)
                .log("function {}: {}");
        dispatcher.wakeAt(dueNanos);
    }

    /** Cancels a run that had its time, or has the next one start when it has waited long enough. */
    void tick(long now) {
        if (run != null && run.graceEnd() != 0 && run.graceEnd() != Long.MAX_VALUE) {
            if (run.graceEnd() - now <= 0) {
                run.cancelRun("was cancelled: its instance goes or its trigger stops");
            } else {
                dispatcher.wakeAt(run.graceEnd());
            }
        } else if (run == null && backsOff) {
            if (dueNanos - now <= 0) {
                dispatcher.activate(pipeline);
            } else {
                dispatcher.wakeAt(dueNanos);
            }
        }
    }

    /** Lets a run come to its end, at the given time at the latest; {@link Long#MAX_VALUE}: whoever is in charge cancels it. */
    void complete(long until) {
        if (run != null) {
            run.complete(until);
            if (until != Long.MAX_VALUE) {
                dispatcher.wakeAt(until);
            }
        }
    }

    /** As {@link #complete}, if its instance goes. */
    void completeIfInstanceGoes(long until) {
        if (run != null && !run.instance.serves()) {
            complete(until);
        }
    }

    /** Takes events back that a run has. */
    void lose(Predicate<Task> which) {
        if (run != null) {
            run.lose(which);
        }
    }

    /** Cancels a run. */
    void cancel() {
        var cancelled = run;
        if (cancelled != null) {
            cancelled.complete(Long.MAX_VALUE);
            cancelled.cancelRun("was cancelled: the engine or its trigger stops");
        }
    }

    // ---- figures

    /** About now. */
    long now() {
        return dispatcher.recentNanos();
    }

    /**
     * Where an event is that waits for its stream, or that its stream has.
     *
     * @param state in its line, in the stream's hands, or settled by it
     * @param instance the number of the stream's instance; 0 when no stream runs
     * @param handedNanos when the stream got it; only when it has it
     * @param ahead events that are before it in its line
     * @param why it waits, in words; empty when there is nothing to say
     */
    record Place(OpenEvent.State state, int instance, long handedNanos, int ahead, String why) {}

    /** Where the event is; null when it is not here. O(open). */
    @Nullable
    Place placeOf(Task task) {
        var received = run == null ? null : run.received(task);
        if (run != null && received != null) {
            var state = received.isOpen() ? OpenEvent.State.HANDED : OpenEvent.State.TAKEN;
            return new Place(state, run.instance.number, received.handedNanos, 0, "");
        }
        var ahead = 0;
        for (var each : line) {
            if (each == task) {
                var number = run == null ? 0 : run.instance.number;
                return new Place(OpenEvent.State.IN_LINE, number, 0, ahead, whyInLine());
            }
            ahead++;
        }
        return null;
    }

    private String whyInLine() {
        if (run == null) {
            return streams.problem().isEmpty() ? "no stream runs for it yet" : streams.problem();
        }
        return run.holdUp().isEmpty()
                ? run.asksForMore() ? "" : "its stream has not asked for more"
                : "its stream " + run.holdUp();
    }

    /** Events that wait for the function's demand only. */
    int runnable() {
        return Math.min(Streams.PREFETCH, line.size());
    }

    /** Events behind a full line. */
    int blocked() {
        return Math.max(0, line.size() - Streams.PREFETCH);
    }

    /** What the line holds, if it is longer than it should be. */
    long blockedBytes() {
        return line.size() > Streams.PREFETCH ? bytes : 0;
    }

    /** Events in the hands of the function. */
    int unsettled() {
        var now = run;
        return now == null ? 0 : now.unsettled();
    }

    /** What holds its run up, in words; empty when nothing does, or none runs. */
    String holdUp() {
        return run == null ? "" : run.holdUp();
    }
}

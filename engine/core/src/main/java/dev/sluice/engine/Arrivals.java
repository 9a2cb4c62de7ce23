package dev.sluice.engine;

import dev.sluice.broker.Call;
import dev.sluice.broker.Delivery;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.engine.journal.Stage;
import dev.sluice.function.FunctionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a pipeline takes in what its source or a caller delivers: it turns away what comes too late, asks the filter, finds
 * loops, repeats and dead letters, and lets the rest wait in its lane or in its stream's line. On the home loop, but for
 * what is said of figures.
 */
final class Arrivals {
    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);
    private static final Object NO_KEY = new Object();

    private final Dispatcher dispatcher;
    private final Pipeline pipeline;
    private final TriggerSpec spec;
    private final Lanes lanes;
    private final PipelineCounts counts;
    private final Recorder recorder;
    private final Settlement settlement;
    private final @Nullable Inflow inflow;
    private final @Nullable Repeats repeats;
    private final @Nullable Streams streams;
    private final @Nullable OpenWindows windows;

    Arrivals(Dispatcher dispatcher, Pipeline pipeline) {
        this.dispatcher = dispatcher;
        this.pipeline = pipeline;
        spec = pipeline.spec();
        lanes = pipeline.lanes;
        counts = pipeline.counts;
        recorder = pipeline.recorder;
        settlement = pipeline.settlement();
        inflow = pipeline.inflow();
        repeats = pipeline.repeats();
        streams = pipeline.streams();
        windows = lanes.windows();
    }

    /** Takes in an event that was delivered. */
    void arrived(Task task) {
        var call = task.call();
        if (inflow != null) {
            inflow.arrived(task.delivery);
        }
        counts.received.add(1);
        if (pipeline.departures.leaving(task)) {
            pipeline.departures.turnAway(task);
            return;
        }
        var now = dispatcher.recentNanos();
        dispatcher.hold(task.bytes);
        recorder.received(task, now);
        var unseen = Hints.unseen(task.event());
        if (unseen > 0) {
            counts.unseen.add(unseen);
        }
        var undecodable = call == null && undecodable(task);
        if (!undecodable && !passes(task)) {
            notWanted(task, now);
            return;
        }
        if (call == null && circles(task)) {
            loops(task);
            return;
        }
        if (repeats != null && !undecodable && repeats.isRepeat(task, now)) {
            recorder.repeats(task, Stage.DEDUPLICATED, null);
            acceptWithoutRun(task);
            return;
        }
        if (call == null && !undecodable) {
            checkFit(task);
        } else if (call != null && refusedAsExpired(task, call)) {
            return;
        }
        if (streams != null) {
            lanes.addInFlight(task);
            if (task.reason == null) {
                handOver(task);
            } else {
                settlement.deadLetter(task);
            }
            return;
        }
        var runnable = lanes.add(task, windows == null ? keyOf(task.delivery) : windowOf(task), now);
        if (call != null) {
            pipeline.calls.waits(task, call);
        }
        if (!runnable) {
            arrivedBlocked(task);
        }
        // Where keys have windows, one event may close the window of others.
        if (runnable || (windows != null && lanes.ready.hasReady())) {
            dispatcher.activate(pipeline);
        }
    }

    /** Lets an event in flight wait for its stream's demand. */
    void handOver(Task task) {
        if (streams != null) {
            streams.add(task, keyOf(task.delivery));
        }
    }

    private @Nullable Object keyOf(Delivery delivery) {
        return switch (spec.ordering()) {
            case KEY -> delivery.key();
            case PARTITION -> delivery.partition();
            case NONE -> null;
        };
    }

    /** What has a window of its own; events that have none of it share one. */
    private Object windowOf(Task task) {
        var name = dispatcher.spec().window().key();
        if (name == null || name.equals(WindowPolicy.DELIVERY_KEY)) {
            var key = task.delivery.key();
            return key == null ? NO_KEY : key;
        }
        var event = task.event();
        var value = event.getAttributeNames().contains(name) ? event.getAttribute(name) : event.getExtension(name);
        return value == null ? NO_KEY : value.toString();
    }

    private boolean passes(Task task) {
        try {
            return spec.filter().test(task.event());
        } catch (RuntimeException | StackOverflowError | LinkageError failed) {
            counts.filterErrors.add(1);
            LOG.atDebug().addArgument(spec.name()).setCause(failed).log("filter of trigger {} failed: no match");
            return false;
        }
    }

    // What follows is apart so that the way of most events stays small enough to be compiled as one.

    private void notWanted(Task task, long now) {
        pipeline.calls.leaveQueue(task);
        counts.filtered.add(1);
        recorder.filtered(task, now);
        acceptWithoutRun(task);
    }

    private void loops(Task task) {
        counts.looped.add(1);
        recorder.note(task, Stage.LOOPED, "");
        acceptWithoutRun(task);
    }

    private void arrivedBlocked(Task task) {
        recorder.blocked(task);
        pipeline.blocked(task);
    }

    private void acceptWithoutRun(Task task) {
        lanes.addInFlight(task);
        settlement.accept(task);
    }

    private boolean refusedAsExpired(Task task, Call call) {
        var expired = expired(task);
        if (expired == null) {
            return false;
        }
        pipeline.departures.forget(task);
        recorder.noteError(task, Stage.REFUSED, expired);
        call.fail(expired);
        return true;
    }

    // ---- what must not run

    /** Whether an event has to be a dead letter without a run: no function can take it. Sets why. */
    private boolean undecodable(Task task) {
        if (task.event() instanceof RawEvent raw) {
            task.error = new FunctionException.BadInput(pipeline.function(), raw.problem(), null);
            task.reason = "undecodable";
        }
        return task.reason != null;
    }

    /**
     * Whether an event is the dead letter of a loop and has come to a trigger again, as where dead-letter topics are
     * read by triggers that write to each other's: it is put aside already, and doing so again would be the next round.
     */
    private boolean circles(Task task) {
        return Answers.hops(task.event()) >= DeadLetters.HOPS_MAX
                && "loop".equals(task.event().getExtension("dlreason"));
    }

    /**
     * Finds out whether an event has to be a dead letter without a run, and why: it came through too many functions, or
     * earlier readers have begun all its tries and did not end the last, be it that the try ended the reader, or it
     * came too late.
     */
    private void checkFit(Task task) {
        if (Answers.hops(task.event()) >= DeadLetters.HOPS_MAX) {
            task.reason = "loop";
        } else if (task.tries > spec.delivery().retry()) {
            task.error = new FunctionException.Unavailable(
                    pipeline.function(), "did not end its last try: the engine that ran it went away", null);
            task.reason = "exhausted";
        } else {
            task.error = expired(task);
            task.reason = task.error == null ? null : "expired";
        }
    }

    /** Why an event, or a call, is not to be run because it came too late; null when it is in time. Counts it. */
    private @Nullable FunctionException expired(Task task) {
        var expiry = Hints.expiry(task.event());
        if (expiry == null || expiry.isAfter(dispatcher.host().clock().instant())) {
            return null;
        }
        counts.expired.add(1);
        return new FunctionException.Expired(pipeline.function(), expiry);
    }

    // ---- figures, from any thread

    /** Events of its reading, those included that were not even delivered because its filter does not want them. */
    long received() {
        return counts.received.get() + skipped();
    }

    /** Of these, the ones that its filter does not want. */
    long filtered() {
        return counts.filtered.get() + skipped();
    }

    private long skipped() {
        var source = spec.source();
        return source == null ? 0 : source.skipped();
    }

    /** Events that the filter could not judge, and its own failures. */
    long filterErrors() {
        return counts.filterErrors.get() + spec.filter().errors();
    }
}

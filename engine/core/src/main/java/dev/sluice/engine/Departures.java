package dev.sluice.engine;

import dev.sluice.engine.journal.Stage;
import dev.sluice.function.FunctionException;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How events leave a pipeline that are not settled here, because the engine drains, the trigger stops or a partition goes
 * elsewhere: what waits is given back at once, what runs is let end or, when its time is over, cancelled. On the home
 * loop, but for what is said of the state.
 */
final class Departures {
    private static final Logger LOG = LoggerFactory.getLogger(Departures.class);

    private final Dispatcher dispatcher;
    private final Pipeline pipeline;
    private final TriggerSpec spec;
    private final Lanes lanes;
    private final PipelineCounts counts;
    private final Recorder recorder;
    private final Settlement settlement;
    private final Revocations revocations;
    private final @Nullable Inflow inflow;
    private final @Nullable Streams streams;

    private volatile String stopped = "";
    private boolean draining;

    Departures(Dispatcher dispatcher, Pipeline pipeline) {
        this.dispatcher = dispatcher;
        this.pipeline = pipeline;
        spec = pipeline.spec();
        lanes = pipeline.lanes;
        counts = pipeline.counts;
        recorder = pipeline.recorder;
        settlement = pipeline.settlement();
        inflow = pipeline.inflow();
        streams = pipeline.streams();
        revocations = new Revocations(dispatcher, pipeline);
    }

    /** Hears from now on which partitions the source takes away. */
    void open() {
        var source = spec.source();
        if (source != null) {
            source.revocations().subscribe(revocations);
        }
    }

    /** Takes no more events, gives back what has not started; what runs goes on. */
    void drain() {
        draining = true;
        giveBackQueued(task -> true);
        if (streams != null) {
            streams.complete();
        }
    }

    /** Ends for good with a reason; what runs is finished. */
    void stop(String why) {
        if (!stopped.isEmpty() || draining) {
            return;
        }
        stopped = why;
        LOG.error("trigger {} stopped: {}", spec.name(), why);
        giveBackQueued(task -> true);
        if (streams != null) {
            streams.completeInTime();
        }
        settled();
    }

    /** An event was settled or given back: ends what waited for that. */
    void settled() {
        revocations.settled();
        if (!stopped.isEmpty() && pipeline.busy() == 0) {
            close();
        }
    }

    /** Does what revocations have due. */
    void tick(long now) {
        revocations.tick(now);
    }

    /** Whether an event may not wait here any more, because the engine, the trigger or its partition is going. */
    boolean leaving(Task task) {
        return ending() || revocations.has(task.delivery.partition());
    }

    /** Whether the engine or the trigger is going. */
    boolean ending() {
        return draining || !stopped.isEmpty();
    }

    /** Whether the engine is going. */
    boolean draining() {
        return draining;
    }

    /** Gives back an event that has come too late to be taken in. */
    void turnAway(Task task) {
        pipeline.calls.leaveQueue(task);
        if (inflow != null && ending()) {
            inflow.refuse(task.delivery.partition());
        }
        giveBack(task);
    }

    private void giveBackQueued(Predicate<Task> which) {
        for (var task : lanes.giveBack(which, dispatcher.recentNanos())) {
            forget(task);
            giveBack(task);
        }
        if (lanes.ready.hasReady()) {
            // What stood behind an event that is given back may have its turn.
            dispatcher.activate(pipeline);
        }
        if (streams != null) {
            streams.giveBackLines(which);
        }
    }

    /** An event that its lane has let go of has left, and no try of it was under way. */
    void forget(Task task) {
        pipeline.calls.leaveQueue(task);
        task.wait = null;
        dispatcher.hold(-task.bytes);
        pipeline.tries.left(task, false);
        dispatcher.touch(pipeline);
    }

    /** Tells the event's source, or its caller, that it is not settled here. */
    void giveBack(Task task) {
        counts.released.add(1);
        recorder.note(task, Stage.RELEASED, because(task));
        var call = task.call();
        if (call == null) {
            task.delivery.release();
        } else {
            call.fail(new FunctionException.Unavailable(pipeline.function(), "is stopping", Duration.ofSeconds(1)));
        }
    }

    /** Why events are given back just now. */
    private String because(Task task) {
        return !stopped.isEmpty()
                ? "the trigger has stopped: " + stopped
                : draining
                        ? pipeline.beside ? "its replay ends" : "the engine is stopping"
                        : "this node reads its partition " + task.delivery.partition() + " no more";
    }

    /** Gives back what has not started of a partition. */
    void giveBackPartition(int partition) {
        if (inflow != null) {
            inflow.revoked(partition);
        }
        giveBackQueued(task -> task.delivery.partition() == partition);
    }

    /** Cancels what still runs of a partition and gives it back, unsettled. */
    void losePartition(int partition) {
        lose(task -> task.delivery.partition() == partition);
    }

    /** Cancels what still runs and gives it back, unsettled. */
    void abort() {
        lose(task -> true);
        if (streams != null) {
            streams.cancel();
        }
    }

    private void lose(Predicate<Task> which) {
        if (streams != null) {
            streams.lose(which);
        }
        lanes.flying(which).forEach(settlement::lose);
    }

    /** Leaves the source; whatever is open there is given back by it. */
    void close() {
        if (inflow != null) {
            inflow.close();
        }
        revocations.close();
        if (streams != null) {
            streams.cancel();
        }
    }

    /** How far it is; from any thread. */
    TriggerStatus.State state() {
        if (draining) {
            return TriggerStatus.State.DRAINING;
        }
        return stopped.isEmpty() ? TriggerStatus.State.RUNNING : TriggerStatus.State.STOPPED;
    }

    /** Why the trigger has stopped; empty while it has not. From any thread. */
    String stopped() {
        return stopped;
    }
}

package dev.sluice.engine;

import dev.sluice.broker.Call;
import dev.sluice.engine.journal.Stage;
import dev.sluice.function.FunctionException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pipeline's calls that wait for a slot, each as long as its caller has patience. How many there may be is the matter of
 * the {@link CallGate}. On the home loop, but for {@link #held}.
 */
final class WaitingCalls {
    private final Dispatcher dispatcher;
    private final Pipeline pipeline;
    private final TimerList<Task> patience = new TimerList<>();

    /** Calls that wait, where the trigger has limits of its own; from any thread. */
    final AtomicInteger held = new AtomicInteger();

    WaitingCalls(Dispatcher dispatcher, Pipeline pipeline) {
        this.dispatcher = dispatcher;
        this.pipeline = pipeline;
    }

    /** A call stands in its lane. */
    void waits(Task task, Call call) {
        patience.add(task, dispatcher.nanos() + call.patience().toNanos());
        dispatcher.wakeAt(task.dueNanos());
    }

    /** Refuses those whose patience has ended. */
    void tick(long now) {
        for (var late = patience.pollDue(now); late != null; late = patience.pollDue(now)) {
            refuse(late);
        }
        if (!patience.isEmpty()) {
            dispatcher.wakeAt(patience.firstDue());
        }
    }

    private void refuse(Task task) {
        var call = task.call();
        if (call != null && pipeline.lanes.withdraw(task)) {
            pipeline.departures.forget(task);
            var why = new FunctionException.Unavailable(
                    pipeline.function(),
                    "had no free slot for " + call.patience().toMillis() + " ms",
                    Duration.ofSeconds(1));
            pipeline.recorder.noteError(task, Stage.REFUSED, why);
            call.fail(why);
        }
    }

    /** The caller is gone. */
    void cancel(Task task) {
        if (task.attempt != null) {
            pipeline.recorder.noteAlways(task, Stage.CALLER_GONE, "");
            task.attempt.cancel(new FunctionException.Unavailable(pipeline.function(), "lost its caller", null));
        } else if (pipeline.lanes.withdraw(task)) {
            pipeline.recorder.noteAlways(task, Stage.REFUSED, "its caller is gone");
            pipeline.departures.forget(task);
        }
    }

    /** A call, if the event is one, waits no longer for a slot. */
    void leaveQueue(Task task) {
        if (task.waitingCall) {
            task.waitingCall = false;
            patience.remove(task);
            dispatcher.callLeftQueue(pipeline);
        }
    }
}

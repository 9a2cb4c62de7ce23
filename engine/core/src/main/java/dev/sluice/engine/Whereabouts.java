package dev.sluice.engine;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.engine.OpenEvent.State;
import dev.sluice.engine.journal.JournalEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Finds an event among those that a function's triggers have open, and tells what it waits for. On the home loop. */
final class Whereabouts {
    private static final int FOUND_MAX = 16;

    private final Dispatcher dispatcher;
    private final long now;

    Whereabouts(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
        now = dispatcher.nanos();
    }

    /** Up to 16 open events of the id. Looks at every open one. */
    List<OpenEvent> of(String id, List<Pipeline> pipelines) {
        var found = new ArrayList<OpenEvent>();
        for (var pipeline : pipelines) {
            for (var task :
                    pipeline.lanes.open.matching(task -> task.event().getId().equals(id))) {
                if (found.size() < FOUND_MAX) {
                    found.add(describe(task, true));
                }
            }
        }
        return found;
    }

    private OpenEvent describe(Task task, boolean withHead) {
        var streams = task.pipeline.streams();
        var place = streams == null || !flies(task) ? null : streams.placeOf(task);
        var state = place == null ? state(task) : place.state();
        var head = withHead ? headOf(task, state) : null;
        var attempt = task.attempt;
        var event = task.event();
        return new OpenEvent(
                event.getId(),
                event instanceof WireEvent wire ? wire.source() : String.valueOf(event.getSource()),
                task.pipeline.function(),
                task.pipeline.name(),
                state,
                task.lane().key instanceof String key ? cut(key) : "",
                lineOf(task),
                task.delivery.partition(),
                task.delivery.offset(),
                task.tries,
                task.pipeline.spec().delivery().retry(),
                place != null ? place.instance() : attempt == null ? 0 : attempt.instance.number,
                place != null && place.handedNanos() != 0
                        ? millis(now - place.handedNanos())
                        : sinceMillis(task, state),
                task.wait == null ? -1 : Math.max(0, millis(task.wait.dueNanos - now)),
                task.error == null ? "" : DeadLetters.describe(task.error),
                place != null ? place.ahead() : state == State.BEHIND_KEY ? ahead(task) : 0,
                head == null || head == task ? null : describe(head, false),
                place != null ? place.why() : detail(task, state));
    }

    private static boolean flies(Task task) {
        return task.state == Task.State.IN_FLIGHT && task.step == Task.Step.RUNNING;
    }

    private static @Nullable Task headOf(Task task, State state) {
        var repeats = task.pipeline.repeats();
        return switch (state) {
            case BEHIND_KEY -> task.lane().head;
            case BEHIND_LIKE -> repeats == null ? null : repeats.openLike(task);
            default -> null;
        };
    }

    /** What the events of its lane have in common, in words; empty when it has a lane of its own. */
    static String lineOf(Task task) {
        var key = task.lane().key;
        if (key == null) {
            return "";
        }
        if (key instanceof String text) {
            return "its key '" + cut(text) + "'";
        }
        return key instanceof Integer partition ? "its partition " + partition : "the window of events without its key";
    }

    private String detail(Task task, State state) {
        var repeats = task.pipeline.spec().limits().repeats();
        return switch (state) {
            case READY -> whyNoSlot(task.pipeline);
            case BEHIND_LIKE -> repeats == null ? "" : repeats.words();
            case ACCEPTING ->
                task.acceptFailures == 0
                        ? ""
                        : "its source did not confirm that " + task.acceptFailures
                                + (task.acceptFailures == 1 ? " time" : " times");
            default -> "";
        };
    }

    private State state(Task task) {
        return switch (task.state) {
            case WAITING -> waiting(task);
            case PARKED -> State.PARKED;
            case QUEUED -> queued(task);
            default -> flying(task);
        };
    }

    private State waiting(Task task) {
        if (task.pipeline.streams() != null) {
            return State.HANDED_BACK;
        }
        if (task.wait == null && task.pipeline.repeats() != null) {
            return State.BEHIND_LIKE;
        }
        return heldByBudget(task) ? State.RETRY_BUDGET : State.BACK_OFF;
    }

    private static State flying(Task task) {
        var attempt = task.attempt;
        if (attempt == null) {
            return task.step == Task.Step.DEAD_LETTERING ? State.DEAD_LETTERING : State.ACCEPTING;
        }
        return attempt.isZombie() ? State.ZOMBIE : attempt.slotHeld ? State.RUNNING : State.ANSWERING;
    }

    private State queued(Task task) {
        var lane = task.lane();
        if (lane.state == Lane.State.GATHERING) {
            return State.GATHERING;
        }
        if (lane.state != Lane.State.READY || (lane.head != task && !task.pipeline.tries.takesBatches())) {
            return State.BEHIND_KEY;
        }
        return task.pipeline.tries.gathers(now) ? State.GATHERING : State.READY;
    }

    /** The time came, and the budget refused: the wait goes on in small steps from then. */
    private boolean heldByBudget(Task task) {
        var max = task.pipeline.spec().delivery().backoff().max().toNanos();
        return task.wait != null && task.wait.overdueNanos - max - now < 0;
    }

    private long sinceMillis(Task task, State state) {
        var attempt = task.attempt;
        return switch (state) {
            case RUNNING, ZOMBIE, ANSWERING -> attempt == null ? -1 : millis(now - attempt.startNanos);
            // Those behind the first of a lane came later, and nobody has noted when.
            case READY -> task.lane().head == task ? millis(now - task.lane().readyNanos) : -1;
            default -> -1;
        };
    }

    private static int ahead(Task task) {
        var ahead = 0;
        for (var each = task.lane().head; each != null && each != task; each = each.nextInLane) {
            ahead++;
        }
        return ahead;
    }

    private String whyNoSlot(Pipeline pipeline) {
        var held = Holds.ofStarts(pipeline, dispatcher);
        var throttle = pipeline.throttle();
        var pool = dispatcher.pool();
        if (!held.isEmpty()) {
            return held;
        }
        if (throttle != null && !throttle.words().isEmpty()) {
            return "trigger '" + pipeline.name() + "' is " + throttle.words();
        }
        if (pool.ready() == 0) {
            return "function '" + pipeline.function() + "' has no instance yet";
        }
        return pool.freeSlots() == 0
                ? "all " + pool.capacity() + " slots of function '" + pipeline.function() + "' are busy"
                : "its turn has come";
    }

    private static String cut(String key) {
        return key.length() <= JournalEntry.ID_CHARS_MAX ? key : key.substring(0, JournalEntry.ID_CHARS_MAX);
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}

package dev.sluice.engine;

import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.cloudevents.sql.FilterVerdict;
import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.engine.journal.Sampling;
import dev.sluice.engine.journal.Stage;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells the journal what is decided on a pipeline's events: of those that {@link Sampling} has chosen all, of the
 * others what goes wrong and all that comes after it. What is not told costs a look at a field. On the home loop, but
 * for answers.
 */
final class Recorder {
    private static final int VERDICTS_A_SECOND_MAX = 100;
    private static final int ANSWERS_OF_A_TRY_MAX = 64;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Journal journal;
    private final InstantSource clock;
    private final Sampling sampling;
    private final String function;
    private final TriggerSpec trigger;
    private final EventFilter filter;
    private final PipelineCounts counts;
    private final Allowance chosenVerdicts = new Allowance();
    private final Allowance errorVerdicts = new Allowance();
    private long filterErrorsSeen;

    Recorder(Dispatcher dispatcher, TriggerSpec trigger, PipelineCounts counts) {
        this.counts = counts;
        var host = dispatcher.host();
        journal = host.shared().journal();
        clock = host.clock();
        sampling = new Sampling(dispatcher.spec().sample(journal.options().rate()));
        function = dispatcher.spec().name();
        this.trigger = trigger;
        filter = trigger.filter();
    }

    /** An event has come: chooses whether it is told of. */
    void received(Task task, long now) {
        if (!sampling.takes(task.event(), now)) {
            return;
        }
        task.noted = true;
        var cause = WireEvent.textOf(task.event(), "causationid");
        add(task, Stage.RECEIVED, Objects.requireNonNullElse(cause, ""), keyOf(task));
    }

    /**
     * The filter did not let it pass; one that could not judge it is told of every event, up to 100 a second. Why is
     * found out by asking the filter again: for 100 chosen events a second, too. Of others the filter alone is told.
     */
    void filtered(Task task, long now) {
        var errors = filter.errors() + counts.filterErrors.get();
        var erred = errors != filterErrorsSeen;
        filterErrorsSeen = errors;
        if ((!task.noted && !erred) || task.event() instanceof RawEvent) {
            return;
        }
        var explains = (task.noted ? chosenVerdicts : errorVerdicts).take(now);
        if (!task.noted && !explains) {
            return;
        }
        var verdict = explains
                ? verdict(task.event())
                : new FilterVerdict(false, filter.describe(), "why is told of 100 events a second", erred);
        if (verdict.error()) {
            troubled(task);
        }
        if (task.noted) {
            add(task, verdict.error() ? Stage.FILTER_ERROR : Stage.FILTERED, "", verdict.words());
        }
    }

    private FilterVerdict verdict(CloudEvent event) {
        try {
            return filter.explain(event);
        } catch (RuntimeException | StackOverflowError | LinkageError failed) {
            // Functions in an expression may be anybody's code: as when it is tested, no match.
            return new FilterVerdict(
                    false, filter.describe(), "it failed: " + failed.getClass().getName(), true);
        }
    }

    /** Verdicts of a second. */
    private static final class Allowance {
        private long since;
        private int taken;

        boolean take(long now) {
            if (taken == 0 || now - since >= SECOND_NANOS) {
                since = now;
                taken = 0;
            }
            if (taken >= VERDICTS_A_SECOND_MAX) {
                return false;
            }
            taken++;
            return true;
        }
    }

    /** It is blocked on arrival, behind the first event of its lane. */
    void blocked(Task task) {
        if (task.noted) {
            var head = task.lane().head;
            add(task, Stage.BLOCKED, head == null ? "" : head.event().getId(), keyOf(task));
        }
    }

    /** Something that is told of chosen events alone. */
    void note(Task task, Stage stage, String text) {
        if (task.noted) {
            add(task, stage, "", text);
        }
    }

    /** Something that is told of every event, with all that comes after it. */
    void noteAlways(Task task, Stage stage, String text) {
        troubled(task);
        add(task, stage, "", text);
    }

    /** As {@link #noteAlways}, of an error. */
    void noteError(Task task, Stage stage, @Nullable Throwable error) {
        noteAlways(task, stage, DeadLetters.describe(error));
    }

    /** A try has ended, well or with an error. */
    void tried(Task task, @Nullable Throwable error) {
        if (error == null && !task.noted) {
            return;
        }
        var attempt = task.attempt;
        if (error != null) {
            troubled(task);
        }
        var stage = error == null
                ? Stage.ENDED
                : error instanceof FunctionException.TimedOut ? Stage.TIMED_OUT : Stage.FAILED;
        var waited = attempt == null ? 0 : Math.max(0, attempt.startNanos - task.lane().readyNanos);
        add(
                task,
                stage,
                attempt == null ? 0 : attempt.instance.number,
                attempt == null ? 0 : attempt.runNanos(),
                waited,
                "",
                error == null ? "" : DeadLetters.describe(error));
    }

    private static void troubled(Task task) {
        task.noted = true;
        task.troubled = true;
    }

    /** It waits for its next try. */
    void retries(Task task, long delayNanos) {
        if (task.noted) {
            add(task, Stage.RETRY, 0, delayNanos, 0, "", "");
        }
    }

    /** Whether answers to the event are to be told, of which so many were published by this try. */
    boolean tellsAnswer(Task input, int answers) {
        return input.noted && answers <= ANSWERS_OF_A_TRY_MAX;
    }

    /** An answer was stored. From any thread. */
    void answered(Task input, CloudEvent answer) {
        add(input, Stage.ANSWERED, answer.getId(), answer.getType());
    }

    private void add(Task task, Stage stage, String other, String text) {
        add(task, stage, 0, 0, 0, other, text);
    }

    private void add(Task task, Stage stage, int instance, long nanos, long waited, String other, String text) {
        var event = task.event();
        journal.add(
                new JournalEntry(
                        journal.nextSequence(),
                        clock.millis(),
                        stage,
                        event.getId(),
                        sourceOf(event),
                        function,
                        trigger.name(),
                        trigger.topic(),
                        task.delivery.partition(),
                        task.delivery.offset(),
                        task.tries,
                        instance,
                        nanos,
                        waited,
                        other,
                        text),
                task.troubled);
    }

    private static String sourceOf(CloudEvent event) {
        return event instanceof WireEvent wire ? wire.source() : String.valueOf(event.getSource());
    }

    private static String keyOf(Task task) {
        return Objects.requireNonNullElse(task.delivery.key(), "");
    }
}

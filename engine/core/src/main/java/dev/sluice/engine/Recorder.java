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
    /** Answers of a try that are told of. */
    static final int ANSWERS_OF_A_TRY_MAX = 64;
    /** How often they are told in all, of a batch whose events each hear of them. */
    static final int TOLD_OF_A_TRY_MAX = 256;

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Journal journal;
    private final InstantSource clock;
    private final String function;
    private final TriggerSpec trigger;
    private final EventFilter filter;
    private final PipelineCounts counts;
    private final Allowance chosenVerdicts = new Allowance();
    private final Allowance errorVerdicts = new Allowance();
    private Sampling sampling;
    private double rate;
    private long filterErrorsSeen;

    Recorder(Dispatcher dispatcher, TriggerSpec trigger, PipelineCounts counts) {
        this.counts = counts;
        var host = dispatcher.host();
        journal = host.shared().journal();
        clock = host.clock();
        rate = dispatcher.spec().sample(journal.options().rate());
        sampling = new Sampling(rate);
        function = dispatcher.spec().name();
        this.trigger = trigger;
        filter = trigger.filter();
    }

    /** Another version of the function runs, whose share of events may be another. */
    void version(FunctionSpec spec) {
        var next = spec.sample(journal.options().rate());
        if (next != rate) {
            rate = next;
            sampling = new Sampling(next);
        }
    }

    /** An event has come: chooses whether it is told of. */
    void received(Task task, long now) {
        if (!sampling.takes(task.event(), now)) {
            return;
        }
        task.noted = true;
        var cause = WireEvent.textOf(task.event(), "causationid");
        add(
                task,
                Stage.RECEIVED,
                Objects.requireNonNullElse(cause, ""),
                Objects.requireNonNullElse(task.delivery.key(), ""));
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

    /** It is blocked on arrival, behind the first event of its lane; or gathers with those, which nobody is told. */
    void blocked(Task task) {
        var lane = task.lane();
        if (task.noted && lane.state != Lane.State.GATHERING) {
            var head = lane.head;
            add(task, Stage.BLOCKED, head == null ? "" : head.event().getId(), Whereabouts.lineOf(task));
        }
    }

    /** One like it is done, or is about to be. */
    void repeats(Task task, Stage stage, @Nullable Task like) {
        var policy = trigger.limits().repeats();
        if (task.noted && policy != null) {
            add(task, stage, like == null ? "" : like.event().getId(), policy.words());
        }
    }

    /** A stream has got it; {@code nanos}: for so long, when it is about the end of that. */
    void stream(Task task, Stage stage, int instance, long nanos) {
        if (task.noted) {
            add(task, stage, instance, nanos, 0, "", "");
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

    /**
     * The event's try has ended, well or with an error.
     *
     * @param described the error, as {@link DeadLetters#describe} has it
     */
    void tried(Task task, @Nullable Throwable error, String described) {
        var attempt = task.attempt;
        if (attempt == null || (error == null && !task.noted)) {
            return;
        }
        if (error != null) {
            troubled(task);
        }
        var stage = error == null
                ? Stage.ENDED
                : error instanceof FunctionException.TimedOut ? Stage.TIMED_OUT : Stage.FAILED;
        var lane = task.lane();
        // Of those behind the first of a lane, which came later, nobody knows when their turn had come.
        var waited = lane.head == task ? Math.max(0, attempt.startNanos - lane.readyNanos) : 0;
        add(
                entry(
                        task,
                        stage,
                        attempt.instance.number,
                        attempt.runNanos(),
                        waited,
                        attempt.answersTold(),
                        attempt.batch == null ? 1 : attempt.batch.size(),
                        "",
                        described),
                task);
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

    /** Whether an answer of the try may be told, of which so many are published. */
    boolean tellsAnswer(Attempt attempt, int answers) {
        return answers <= ANSWERS_OF_A_TRY_MAX && (attempt.batch != null || attempt.first.noted);
    }

    /** An answer was stored, which is told to each event of a batch. From any thread. */
    void answered(Attempt attempt, CloudEvent answer) {
        var batch = attempt.batch;
        if (batch == null) {
            add(attempt.first, Stage.ANSWERED, answer.getId(), answer.getType());
            return;
        }
        for (var task : batch) {
            if (task.noted) {
                if (!attempt.mayTell(TOLD_OF_A_TRY_MAX)) {
                    return;
                }
                add(task, Stage.ANSWERED, answer.getId(), answer.getType());
            }
        }
    }

    private void add(Task task, Stage stage, String other, String text) {
        add(task, stage, 0, 0, 0, other, text);
    }

    private void add(Task task, Stage stage, int instance, long nanos, long waited, String other, String text) {
        add(entry(task, stage, instance, nanos, waited, -1, 0, other, text), task);
    }

    private void add(JournalEntry entry, Task task) {
        journal.add(entry, task.troubled);
    }

    private JournalEntry entry(
            Task task,
            Stage stage,
            int instance,
            long nanos,
            long waited,
            int answers,
            int events,
            String other,
            String text) {
        var event = task.event();
        return new JournalEntry(
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
                answers,
                events,
                other,
                text);
    }

    private static String sourceOf(CloudEvent event) {
        return event instanceof WireEvent wire ? wire.source() : String.valueOf(event.getSource());
    }
}

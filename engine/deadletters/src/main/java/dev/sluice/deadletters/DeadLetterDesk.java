package dev.sluice.deadletters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Where dead letters are looked at, redriven and discarded, where a function's answers to events of a topic are compared
 * with those that stand, and where events of a topic go through a trigger again. Work is done by jobs, which go on until they are done, cancelled or the engine stops:
 * one for a topic of letters, {@link #JOBS_MAX} at once; the last {@link #KEPT_MAX} are told of.
 * Which letters are settled is stored with the events that go back, as one: a job that ends in the middle, by a crash
 * too, leaves none of them lost and none done twice, and the next one goes on behind it. A job takes the topic from any
 * other that is at it in the fleet, which ends then.
 *
 * <p>Safe for several threads. Nothing here blocks its caller.
 */
public final class DeadLetterDesk {
    /** Jobs that run at once. */
    public static final int JOBS_MAX = 4;

    /** Jobs that are told of, the running ones among them. */
    public static final int KEPT_MAX = 100;

    /** How often a letter may be redriven unless its trigger says otherwise. */
    public static final int REDRIVES_MAX = 3;

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterDesk.class);
    private static final int LOOKS_WAITING_MAX = 64;

    private final InstantSource clock;
    private final ToIntFunction<String> redrivesMax;
    private final LetterMeters meters;
    private final Scheduler scheduler =
            Schedulers.newBoundedElastic(JOBS_MAX + 2, LOOKS_WAITING_MAX, "sluice-dead-letters", 60, true);
    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private boolean closed;

    private DeadLetterDesk(InstantSource clock, ToIntFunction<String> redrivesMax, MeterRegistry registry) {
        this.clock = clock;
        this.redrivesMax = redrivesMax;
        this.meters = new LetterMeters(registry);
        meters.jobs(this, DeadLetterDesk::running);
    }

    /**
     * A desk without jobs.
     *
     * @param redrivesMax how often a trigger's letters may be redriven, by its name
     */
    public static DeadLetterDesk create(
            InstantSource clock, ToIntFunction<String> redrivesMax, MeterRegistry registry) {
        return new DeadLetterDesk(clock, redrivesMax, registry);
    }

    /** All meters that it registers, for the documentation's table. */
    public static List<MeterDoc> meters() {
        return LetterMeters.docs();
    }

    /**
     * A row of the documentation's table of meters.
     *
     * @param name the meter's name
     * @param type {@code gauge} or {@code counter}
     * @param unit what it counts
     * @param tags its tags
     * @param description what it says
     */
    public record MeterDoc(String name, String type, String unit, List<String> tags, String description) {}

    /** @param at what no other job is at meanwhile */
    private record Job(
            Object at, Progress progress, AtomicBoolean cancelled, Sinks.Empty<Void> cancel, Sinks.Empty<Void> ended) {
        private Job(Object at, Progress progress) {
            this(at, progress, new AtomicBoolean(), Sinks.empty(), Sinks.empty());
        }

        private void end() {
            cancelled.set(true);
            cancel.tryEmitEmpty();
        }
    }

    /** What one job may be at: the triggers of a function. */
    private record ReplayOf(String function) {}

    /** Why no job is begun. */
    public static final class Busy extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Busy(String why) {
            super(why, null, false, false);
        }
    }

    /** What the topic has. Errors with {@link BrokerException}. */
    public Mono<LetterCounts> counts(LetterTopic topic) {
        return new LetterReader(topic, scheduler).counts();
    }

    /**
     * The open letters by what they have in common, as far as 8 s reach. Errors with {@link BrokerException}, and with
     * {@link IllegalArgumentException} when {@code by} is none of error, function, reason, trigger and type.
     */
    public Mono<LetterGroups> groups(LetterTopic topic, String by) {
        return LetterReader.GROUPS_BY.contains(by)
                ? new LetterReader(topic, scheduler).groups(by)
                : Mono.error(() -> new IllegalArgumentException(
                        "letters are grouped by one of " + LetterReader.groupsBy() + ", not by '" + by + "'"));
    }

    /**
     * The letter of that id, or at that place ({@code PARTITION:OFFSET}), with all it has: of a record that is no event
     * also its bytes in Base64. Empty when there is none; errors with {@link BrokerException}.
     */
    public Mono<ObjectNode> show(LetterTopic topic, String idOrPlace) {
        return new LetterReader(topic, scheduler).show(idOrPlace);
    }

    /**
     * Begins a job and answers how it stands.
     *
     * @throws Busy when the topic has one here already, or as many run as may
     * @throws IllegalArgumentException when the edit is no jq program
     */
    public JobStatus start(LetterTopic topic, LetterOrder order) {
        var action = order.action().name().toLowerCase(Locale.ROOT);
        var job = new Job(topic, progress(topic.topic(), action, order.dryRun()));
        var redrive = new Redrive(
                topic,
                order,
                job.progress(),
                redrivesMax,
                meters,
                scheduler,
                job.cancel().asMono());
        return start(job, redrive.run());
    }

    /**
     * Begins a job that calls a function with events and compares its answers with those that stand, and answers how it
     * stands. Nothing is published. Several may be at one topic.
     *
     * @throws Busy when as many run as may
     */
    public JobStatus compare(CompareOrder order) {
        var progress = progress(order.events().topic(), "compare", order.dryRun());
        var job = new Job(progress, progress);
        return start(job, new Compare(order, progress, scheduler, job.cancel().asMono()).run());
    }

    /**
     * Begins a job that sends events through a trigger again, and answers how it stands. No position moves.
     *
     * @throws Busy when the trigger's function has one here already, or as many run as may
     */
    public JobStatus replay(ReplayOrder order) {
        var progress = progress(order.events().topic(), "replay", order.dryRun());
        var job = new Job(order.dryRun() ? progress : new ReplayOf(order.function()), progress);
        return start(job, new Rerun(order, progress, scheduler, job.cancel().asMono()).run());
    }

    private Progress progress(String topic, String action, boolean dryRun) {
        return new Progress(UUID.randomUUID().toString().substring(0, 8), topic, action, dryRun, clock);
    }

    private JobStatus start(Job job, Mono<Void> work) {
        add(job);
        var topic = job.progress().topic();
        work.subscribe(
                nothing -> {},
                failed -> end(job, JobStatus.State.FAILED, why(topic, failed)),
                () -> end(job, job.cancelled().get() ? JobStatus.State.CANCELLED : JobStatus.State.DONE, ""));
        return job.progress().status();
    }

    private synchronized void add(Job job) {
        if (closed) {
            throw new Busy("the engine stops");
        }
        for (var other : jobs.values()) {
            if (other.progress().isRunning() && other.at().equals(job.at())) {
                throw new Busy("job " + other.progress().id() + " " + isAt(other) + ": wait for it, or cancel it");
            }
        }
        if (running() >= JOBS_MAX) {
            throw new Busy(JOBS_MAX + " jobs run, which is the limit: wait for one, or cancel one");
        }
        jobs.put(job.progress().id(), job);
        jobs.values().removeIf(old -> !old.progress().isRunning() && jobs.size() > KEPT_MAX);
    }

    private static String isAt(Job job) {
        var topic = "topic '" + job.progress().topic() + "'";
        return job.at() instanceof ReplayOf of
                ? "replays " + topic + " into function '" + of.function() + "'"
                : "is at " + topic;
    }

    private synchronized long running() {
        return jobs.values().stream().filter(job -> job.progress().isRunning()).count();
    }

    private static String why(String topic, Throwable failed) {
        if (failed instanceof Control.Fenced) {
            return "another job took topic '" + topic + "' over, on this engine or another";
        }
        if (!(failed instanceof BrokerException)
                && !(failed instanceof CompareCall.TurnedAway)
                && !(failed instanceof Rerun.Stopped)) {
            LOG.atError().setCause(failed).log("a job on topic '{}' failed", topic);
        }
        return String.valueOf(failed.getMessage());
    }

    private static void end(Job job, JobStatus.State how, String why) {
        job.progress().end(how, why);
        job.ended().tryEmitEmpty();
        var status = job.progress().status();
        LOG.atInfo().log(
                "job {}: {} of topic '{}' {}: {} done, {} refused{}",
                status.id(),
                status.action(),
                status.topic(),
                status.state(),
                status.done(),
                status.refused(),
                why.isEmpty() ? "" : "; " + why);
    }

    /** All jobs that are told of, the newest first. */
    public List<JobStatus> jobs() {
        List<Job> all;
        synchronized (this) {
            all = new ArrayList<>(jobs.values());
        }
        Collections.reverse(all);
        // A status asks others for theirs: with nothing held.
        return all.stream().map(job -> job.progress().status()).toList();
    }

    /** The job of that id. */
    public Optional<JobStatus> job(String id) {
        Job job;
        synchronized (this) {
            job = jobs.get(id);
        }
        return Optional.ofNullable(job).map(found -> found.progress().status());
    }

    /** Has the job end with the step that it is at; without effect once it has ended. Empty when there is none. */
    public Optional<JobStatus> cancel(String id) {
        Job job;
        synchronized (this) {
            job = jobs.get(id);
        }
        if (job == null) {
            return Optional.empty();
        }
        if (job.progress().isRunning()) {
            job.end();
        }
        return Optional.of(job.progress().status());
    }

    /** Cancels all jobs and takes no more. Completes once they have ended, or the patience has. */
    public Mono<Void> close(Duration patience) {
        return Mono.defer(() -> {
            List<Job> all;
            synchronized (this) {
                closed = true;
                all = jobs.values().stream()
                        .filter(job -> job.progress().isRunning())
                        .toList();
            }
            all.forEach(Job::end);
            return Flux.fromIterable(all)
                    .flatMap(job -> job.ended().asMono(), JOBS_MAX)
                    .then()
                    .timeout(patience, Mono.empty())
                    .doFinally(signal -> scheduler.dispose());
        });
    }
}

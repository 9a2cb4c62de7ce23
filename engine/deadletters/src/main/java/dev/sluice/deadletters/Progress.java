package dev.sluice.deadletters;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a job has done so far; written by the job and read by who asks. Safe for several threads. */
final class Progress {
    private static final int REASONS_MAX = 20;
    private static final int SAMPLES_MAX = 10;
    private static final String OTHERS = "other reasons";

    private final String id;
    private final String topic;
    private final String action;
    private final boolean dryRun;
    private final InstantSource clock;
    private final Instant started;
    private final Map<String, JobStatus.Refusal> refusals = new LinkedHashMap<>();
    private final List<String> samples = new ArrayList<>();
    private JobStatus.State state = JobStatus.State.RUNNING;
    private @Nullable Instant ended;
    private long letters;
    private long scanned;
    private long done;
    private long refused;
    private String error = "";
    private @Nullable Tally tally;
    private @Nullable Supplier<Replayed> replayed;

    Progress(String id, String topic, String action, boolean dryRun, InstantSource clock) {
        this.id = id;
        this.topic = topic;
        this.action = action;
        this.dryRun = dryRun;
        this.clock = clock;
        this.started = clock.instant();
    }

    String id() {
        return id;
    }

    String topic() {
        return topic;
    }

    synchronized void letters(long expected) {
        letters = expected;
    }

    /** Where a comparison keeps its count; told with the rest. */
    synchronized void tally(Tally of) {
        tally = of;
    }

    /** Where a replay keeps its account; told with the rest. Is called with nothing held. */
    synchronized void replayed(Supplier<Replayed> of) {
        replayed = of;
    }

    synchronized void scanned() {
        scanned++;
    }

    synchronized void done(long more) {
        done += more;
    }

    synchronized void refused(String place, String reason) {
        refused++;
        var kept = refusals.containsKey(reason) || refusals.size() < REASONS_MAX ? reason : OTHERS;
        refusals.compute(
                kept,
                (key, before) -> before == null
                        ? new JobStatus.Refusal(1, place)
                        : new JobStatus.Refusal(before.count() + 1, before.example()));
    }

    synchronized void sample(String what) {
        if (samples.size() < SAMPLES_MAX) {
            samples.add(what);
        }
    }

    synchronized void end(JobStatus.State how, String why) {
        if (state == JobStatus.State.RUNNING) {
            state = how;
            error = why;
            ended = clock.instant();
        }
    }

    synchronized boolean isRunning() {
        return state == JobStatus.State.RUNNING;
    }

    JobStatus status() {
        Supplier<Replayed> account;
        synchronized (this) {
            account = replayed;
        }
        return status(account == null ? null : account.get());
    }

    private synchronized JobStatus status(@Nullable Replayed passed) {
        var until = ended == null ? clock.instant() : ended;
        var seconds = Math.max(1, Duration.between(started, until).toMillis()) / 1_000.0;
        var left = ended != null
                ? 0
                : scanned == 0 ? -1 : (long) Math.ceil(Math.max(0, letters - scanned) * seconds / scanned);
        return new JobStatus(
                id,
                topic,
                action,
                dryRun,
                state,
                started,
                ended,
                letters,
                scanned,
                done,
                refused,
                Map.copyOf(refusals),
                Math.round(10 * done / seconds) / 10.0,
                left,
                List.copyOf(samples),
                tally == null ? null : tally.comparison(),
                passed,
                error);
    }
}

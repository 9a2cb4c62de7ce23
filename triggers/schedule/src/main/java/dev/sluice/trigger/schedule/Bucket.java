package dev.sluice.trigger.schedule;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import dev.sluice.broker.Control.Change;
import dev.sluice.broker.Control.Outgoing;
import dev.sluice.broker.Control.Session;
import dev.sluice.trigger.schedule.ScheduleBook.Due;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One sixteenth of the schedules, while it is this engine's: a session of the control topic, and the book of what is due.
 * All on the scheduler's thread.
 *
 * <pre>
 * away ── own ──► opening ── states read ──► waiting ◄── stored ── committing
 *                   ▲  ▲                        │  └── due ──────────►  │
 *                   │  └── after a while ── fenced, or nobody knows ◄────┘      disown, from any: away
 * </pre>
 *
 * <p>An event and the state that says it was fired are one commit. After a commit of which nobody knows what became, the
 * session is opened again, and its states tell.
 */
final class Bucket {
    private static final Logger LOG = LoggerFactory.getLogger(Bucket.class);
    /** Events of a commit, about: one schedule may bring a hundred more. */
    private static final int EVENTS_MAX = 800;
    /** The wall clock is looked at as often, as it may be set. */
    private static final long LOOK_MS = 1_000;
    /** Someone else had the session for a command, most likely: it is left the time to finish. */
    private static final long FENCED_MS = 1_000;

    private static final long AGAIN_MIN_MS = 250;
    private static final long AGAIN_MAX_MS = 5_000;
    /** A schedule whose event is refused by itself is tried as often. */
    private static final long REFUSED_MS = 60_000;
    /** How often a pause is looked for that another engine may have ended. */
    private static final long PAUSED_MS = 5_000;

    private final Scheduler scheduler;
    private final String session;
    private final List<Schedule> schedules;
    /** Counts what was begun: what comes back to an older one finds nothing to do. */
    private int epoch;

    private boolean owned;
    private boolean committing;
    private @Nullable Session open;
    private @Nullable ScheduleBook book;
    /** The book before, with what it judged; null when another engine may have fired since. */
    private @Nullable ScheduleBook earlier;

    private final TopicTroubles topics = new TopicTroubles();
    private @Nullable ScheduledFuture<?> wake;
    private long againMs = AGAIN_MIN_MS;
    private long pausedLookMs;
    private volatile String trouble = "";
    private volatile boolean working;

    Bucket(Scheduler scheduler, String session, Collection<Schedule> schedules) {
        this.scheduler = scheduler;
        this.session = session;
        this.schedules = List.copyOf(schedules);
    }

    String session() {
        return session;
    }

    List<Schedule> schedules() {
        return schedules;
    }

    /** Whether this engine fires its schedules now. From any thread. */
    boolean working() {
        return working;
    }

    /** Why it fires nothing; empty when all is well. From any thread. */
    String trouble() {
        return trouble;
    }

    void own() {
        if (!owned) {
            owned = true;
            againMs = AGAIN_MIN_MS;
            if (!schedules.isEmpty()) {
                openNow();
            }
        }
    }

    /** Fires nothing more; what is being committed may still be stored. */
    CompletableFuture<Void> disown() {
        owned = false;
        trouble = "";
        var left = leave();
        earlier = null;
        return left;
    }

    private CompletableFuture<Void> leave() {
        epoch++;
        working = false;
        committing = false;
        earlier = book == null ? earlier : book;
        book = null;
        if (wake != null) {
            wake.cancel(false);
        }
        var left = open;
        open = null;
        return left == null
                ? CompletableFuture.completedFuture(null)
                : left.close().toFuture();
    }

    private void openNow() {
        var begun = ++epoch;
        answer(scheduler.control().open(session), (opened, failed) -> {
            if (begun != epoch) {
                if (opened != null) {
                    var unused = opened.close().toFuture();
                }
            } else if (failed != null) {
                openAgain(failed, againMs);
            } else {
                begin(Objects.requireNonNull(opened));
            }
        });
    }

    private void begin(Session opened) {
        open = opened;
        var read = new ScheduleBook(schedules, opened.states(), scheduler.nowMillis(), earlier);
        book = read;
        earlier = null;
        var changes = read.begun().entrySet().stream()
                .map(state -> Change.put(state.getKey(), state.getValue().bytes()))
                .toList();
        commit(inParts(changes), () -> {
            working = true;
            trouble = topics.why();
            pausedLookMs = scheduler.nowMillis();
            look();
        });
    }

    private Mono<Void> inParts(List<Change> changes) {
        var parts = new ArrayList<List<Change>>();
        for (var from = 0; from < changes.size(); from += Control.CHANGES_MAX) {
            parts.add(changes.subList(from, Math.min(changes.size(), from + Control.CHANGES_MAX)));
        }
        var into = Objects.requireNonNull(open);
        return Flux.fromIterable(parts)
                .concatMap(part -> into.commit(List.of(), part))
                .then();
    }

    /** One commit at a time; when it does not go well, the session is opened anew. */
    private void commit(Mono<Void> commit, Runnable stored) {
        commit(commit, stored, failed -> openAgain(failed, failed instanceof Control.Fenced ? FENCED_MS : againMs));
    }

    private void commit(Mono<Void> commit, Runnable stored, Consumer<Throwable> onFailure) {
        var begun = epoch;
        committing = true;
        answer(commit, (nothing, failed) -> {
            if (begun != epoch) {
                return;
            }
            committing = false;
            if (failed == null) {
                stored.run();
            } else {
                scheduler.failed();
                onFailure.accept(failed);
            }
        });
    }

    private void openAgain(Throwable failed, long afterMs) {
        var unused = leave();
        trouble = String.valueOf(failed.getMessage());
        if (!(failed instanceof Control.Fenced)) {
            againMs = Math.min(AGAIN_MAX_MS, 2 * againMs);
            LOG.atWarn().log("schedules of '{}' wait, tried again soon: {}", session, failed.getMessage());
        }
        var begun = epoch;
        wake = scheduler.later(afterMs, () -> {
            if (begun == epoch && owned) {
                openNow();
            }
        });
    }

    private <T> void answer(Mono<T> asked, BiConsumer<@Nullable T, @Nullable Throwable> answer) {
        scheduler.answer(asked, (value, failed) -> guarded(() -> answer.accept(value, failed)));
    }

    /** Whatever goes wrong here, the bucket is opened again: nobody else would notice that it fires nothing. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | LinkageError unexpected) {
            LOG.atError().setCause(unexpected).log("schedules of '{}' failed", session);
            scheduler.failed();
            if (owned) {
                openAgain(unexpected, againMs);
            }
        }
    }

    /** Fires what is due, or waits until something is. */
    private void look() {
        var read = book;
        if (read == null || committing || !owned) {
            return;
        }
        var now = scheduler.nowMillis();
        if (read.anyPaused() && Math.abs(now - pausedLookMs) >= PAUSED_MS) {
            pausedLookMs = now;
            lookForResumed(read);
        }
        for (var due = read.take(now, EVENTS_MAX); !due.isEmpty(); due = read.take(now, EVENTS_MAX)) {
            var next = topics.next(read, due, now);
            if (!next.isEmpty()) {
                fire(read, next);
                return;
            }
        }
        if (topics.why().isEmpty()) {
            againMs = AGAIN_MIN_MS;
        }
        if (wake != null) {
            wake.cancel(false);
        }
        wake = scheduler.later(Math.max(1, Math.min(LOOK_MS, read.nextDueMillis() - now)), () -> guarded(this::look));
    }

    private void fire(ScheduleBook read, List<Due> due) {
        commit(
                commitOf(due),
                () -> {
                    due.forEach(read::stored);
                    scheduler.fired(due);
                    topics.stored(due);
                    againMs = AGAIN_MIN_MS;
                    trouble = topics.why();
                    look();
                },
                failed -> notFired(read, due, failed));
    }

    private Mono<Void> commitOf(List<Due> due) {
        var events = due.stream().flatMap(Bucket::events).toList();
        var changes = due.stream()
                .map(each -> Change.put(each.schedule().name(), each.after().bytes()))
                .toList();
        return Objects.requireNonNull(open).commit(events, changes);
    }

    private static Stream<Outgoing> events(Due due) {
        var schedule = due.schedule();
        return due.planned().stream()
                .map(planned -> new Outgoing(
                        schedule.topic(), schedule.form().event(schedule.name(), schedule.zone(), planned), null));
    }

    /** What can't be stored by itself is told apart from the rest, so that one schedule does not hold up the others. */
    private void notFired(ScheduleBook read, List<Due> due, Throwable failed) {
        if (failed instanceof Control.Fenced) {
            openAgain(failed, FENCED_MS);
            return;
        }
        var now = scheduler.nowMillis();
        var why = String.valueOf(failed.getMessage());
        if (failed instanceof BrokerException refused && !refused.transientFault()) {
            if (due.size() == 1) {
                var name = due.get(0).schedule().name();
                trouble = "schedule '" + name + "': " + why;
                LOG.atWarn().log("schedule '{}' can't fire, tried again: {}", name, why);
                read.postponed(due.get(0), now + REFUSED_MS);
            } else {
                topics.failed(due, why, false, now);
                due.forEach(each -> read.postponed(each, now));
            }
            look();
            return;
        }
        topics.failed(due, why, true, now);
        if (failed instanceof BrokerException.Full) {
            due.forEach(each -> read.postponed(each, now));
            trouble = topics.why();
            look();
        } else {
            openAgain(failed, againMs);
        }
    }

    /** A pause that another engine ended stands in the states and nowhere else. */
    private void lookForResumed(ScheduleBook read) {
        var begun = epoch;
        answer(scheduler.control().read(session), (states, failed) -> {
            if (begun != epoch || states == null || committing) {
                return;
            }
            var differs = schedules.stream().anyMatch(schedule -> differs(read, schedule.name(), states));
            if (differs) {
                var unused = leave();
                openNow();
            }
        });
    }

    private static boolean differs(ScheduleBook read, String name, Map<String, byte[]> states) {
        var mine = read.state(name);
        var bytes = states.get(name);
        return mine != null
                && bytes != null
                && ScheduleState.of(bytes)
                        .map(state -> state.paused() != mine.paused())
                        .orElse(false);
    }

    /**
     * Pauses a schedule or lets it go on; completes with whether that changed anything. Where this engine does not fire
     * it, or just commits, the session is taken from whoever has it: that one finds itself fenced, and reads the states
     * anew.
     */
    CompletableFuture<Boolean> pause(Schedule schedule, boolean paused) {
        var mine = open;
        var read = book;
        if (mine == null || read == null || committing || !working) {
            return Mono.usingWhen(
                            scheduler.control().open(session), other -> paused(other, schedule, paused), Session::close)
                    .toFuture();
        }
        var state = read.paused(schedule.name(), paused, scheduler.nowMillis());
        var answer = new CompletableFuture<Boolean>();
        if (state == null) {
            answer.complete(false);
            return answer;
        }
        commit(
                mine.commit(List.of(), List.of(Change.put(schedule.name(), state.bytes()))),
                () -> {
                    read.changed(schedule.name(), state);
                    answer.complete(true);
                    look();
                },
                failed -> {
                    answer.completeExceptionally(failed);
                    openAgain(failed, failed instanceof Control.Fenced ? FENCED_MS : againMs);
                });
        return answer;
    }

    private Mono<Boolean> paused(Session other, Schedule schedule, boolean paused) {
        var now = scheduler.nowMillis();
        var states = new ScheduleBook(List.of(schedule), other.states(), now);
        var state = states.paused(schedule.name(), paused, now);
        return state == null
                ? Mono.just(false)
                : other.commit(List.of(), List.of(Change.put(schedule.name(), state.bytes())))
                        .thenReturn(true);
    }

    /** The next times, for those who ask. */
    static List<Instant> next(Schedule schedule, Instant after, int max) {
        var next = new ArrayList<Instant>();
        for (var time = schedule.timing().next(after);
                time != null && next.size() < max;
                time = schedule.timing().next(time)) {
            next.add(time);
        }
        return next;
    }
}

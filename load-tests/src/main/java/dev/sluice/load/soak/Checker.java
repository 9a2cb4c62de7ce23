package dev.sluice.load.soak;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares what was acknowledged with what ran, line by line as both come. Pure: it knows no file, clock or thread.
 *
 * <p>What may be doubled is counted as it happens. When a process is killed, these are the runs that it had begun and
 * not ended, and those that the group's position, as it stands then, does not cover; where the place of an event or the
 * position is not known, those it began within the time in which a commit of them need not have been acknowledged.
 * While a process is cut off from its broker, it is all that it began.
 */
final class Checker {
    /** Stands for every process. */
    static final long ANYONE = -1;

    private static final int SHOWN_MAX = 20;

    /** For so long a run is looked at when its process is killed; a group that rebalances for longer is a fault. */
    private static final long KEPT_MILLIS = 30_000;

    private final long commitMillis;
    private final EventSet published = new EventSet();
    private final EventSet begun = new EventSet();
    private final EventSet ended = new EventSet();
    private final Map<Integer, Integer> highest = new HashMap<>();
    private final Map<Long, Worker> workers = new HashMap<>();
    private final Map<Integer, Map<Long, Integer>> runningByKey = new HashMap<>();
    private final Set<Long> unsettled = new HashSet<>();
    private final List<String> shown = new ArrayList<>();
    private final Pauses pauses = new Pauses();
    private final Starts starts = new Starts();
    private final Places places = new Places();
    private long doubled;
    private long doubledAllowed;
    private long inverted;
    private long overlapping;

    /** What one process did of late. */
    private static final class Worker {
        final Deque<Run> recent = new ArrayDeque<>();
        final Set<SoakEvent> open = new HashSet<>();
    }

    /** @param commitMillis how long after its end a run may not be recorded by an acknowledged commit */
    Checker(long commitMillis) {
        this.commitMillis = commitMillis;
    }

    /** An event was acknowledged. */
    void published(Publication publication) {
        published.add(publication.event());
        pauses.stored(publication);
        places.stored(publication);
    }

    /** A run began or ended. */
    void ran(Run run) {
        if (run.phase() == Run.Phase.BEGAN) {
            began(run);
        } else {
            ended.add(run.event());
            var worker = workers.computeIfAbsent(run.pid(), pid -> new Worker());
            if (worker.open.remove(run.event())) {
                left(run.event().key(), run.pid());
            }
        }
    }

    private void began(Run run) {
        var event = run.event();
        pauses.began(run);
        starts.began(run);
        if (begun.add(event)) {
            var before = highest.getOrDefault(event.key(), -1);
            if (event.seq() < before) {
                inverted++;
                show("inverted: " + run.line() + " after number " + before);
            }
            highest.put(event.key(), Math.max(before, event.seq()));
        } else {
            doubled++;
            show("doubled: " + run.line());
        }
        if (unsettled.contains(run.pid()) || unsettled.contains(ANYONE)) {
            doubledAllowed++;
        }
        var worker = workers.computeIfAbsent(run.pid(), pid -> new Worker());
        var running = runningByKey.computeIfAbsent(event.key(), key -> new HashMap<>());
        if (!running.isEmpty()) {
            overlapping++;
            show("overlapping: " + run.line() + " while processes " + running.keySet() + " run one of its key");
        }
        if (worker.open.add(event)) {
            running.merge(run.pid(), 1, Integer::sum);
        }
        worker.recent.add(run);
        forget(worker, run.atMillis());
    }

    private void forget(Worker worker, long nowMillis) {
        while (worker.recent.getFirst().atMillis() < nowMillis - KEPT_MILLIS) {
            worker.recent.removeFirst();
        }
    }

    private void left(int key, long pid) {
        var running = runningByKey.get(key);
        if (running != null && running.computeIfPresent(pid, (id, count) -> count == 1 ? null : count - 1) == null) {
            running.remove(pid);
        }
    }

    private void show(String what) {
        if (shown.size() < SHOWN_MAX) {
            shown.add(what);
        }
    }

    /** A process was started. */
    void launched(long pid, long atMillis) {
        starts.launched(pid, atMillis);
    }

    /**
     * A process was killed; all its lines were read.
     *
     * @param committed by partition, the position of the group since then; null when it is not known
     */
    void killed(long pid, long atMillis, @Nullable Map<Integer, Long> committed) {
        starts.ended(pid);
        var worker = workers.remove(pid);
        if (worker != null) {
            doubledAllowed += unrecorded(worker, atMillis, committed).size();
            worker.open.forEach(event -> left(event.key(), pid));
        }
        unsettled.remove(pid);
    }

    /** A process ended in order: what it began it has recorded. */
    void stopped(long pid) {
        starts.ended(pid);
        var worker = workers.remove(pid);
        if (worker != null) {
            worker.open.forEach(event -> left(event.key(), pid));
        }
        unsettled.remove(pid);
    }

    private Set<SoakEvent> unrecorded(Worker worker, long atMillis, @Nullable Map<Integer, Long> committed) {
        var events = new HashSet<>(worker.open);
        for (var run : worker.recent) {
            var place = places.of(run.event());
            var recorded = (place == null || committed == null)
                    ? run.atMillis() < atMillis - commitMillis
                    : place.offset() < committed.getOrDefault(place.partition(), 0L);
            if (!recorded) {
                events.add(run.event());
            }
        }
        return events;
    }

    /** From now on commits of this process, or of {@link #ANYONE}, may fail: what it begins may run again. */
    void unsettled(long pid, long atMillis) {
        if (unsettled.add(pid)) {
            workers.forEach((id, worker) -> {
                if (pid == ANYONE || pid == id) {
                    doubledAllowed += unrecorded(worker, atMillis, null).size();
                }
            });
        }
    }

    /** Ends {@link #unsettled}. */
    void settled(long pid) {
        unsettled.remove(pid);
    }

    /** Events of which a run ended well. */
    long done() {
        return ended.size();
    }

    /** Acknowledged events of which no run ended yet. */
    long open() {
        return published.countWithout(ended);
    }

    /** Runs that began, repeated ones too. */
    long runs() {
        return begun.size() + doubled;
    }

    /** What is known by now. When events are still on their way, they count as lost. */
    Verdict verdict() {
        var lost = published.countWithout(ended);
        var examples = new ArrayList<String>();
        published
                .without(ended, SHOWN_MAX)
                .forEach(event -> examples.add(
                        "lost: " + event.id() + (begun.contains(event) ? ", begun and not ended" : ", never begun")));
        examples.addAll(shown);
        return new Verdict(
                published.size(),
                lost,
                doubled,
                doubledAllowed,
                inverted,
                overlapping,
                pauses.longestMillis(),
                starts.millis(),
                examples);
    }
}

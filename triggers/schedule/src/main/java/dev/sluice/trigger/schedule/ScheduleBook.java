package dev.sluice.trigger.schedule;

import dev.sluice.broker.Control;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The schedules that one session stands for, and what is due of them: a pure state machine, without clock, threads and
 * I/O. O(log n) per fire, whatever the number of schedules.
 *
 * <p>What has come due is {@link #take}n, and is out of the book until it is {@link #stored} or {@link #postponed}. What
 * was judged once to be fired stays so until it is stored, however long that takes: it was not missed. No planned time
 * at or before a schedule's last one is ever taken again, wherever the clock goes: set back, a schedule is
 * quiet until the clock is where it was.
 */
final class ScheduleBook {
    /** How late an event may be without being a missed one: longer than another engine takes to take over. */
    static final long LATE_MILLIS = 60_000;
    /** Events of one schedule that are taken at once; older ones are dropped. */
    static final int CATCH_UP_MAX = 100;
    /** Schedules that are taken at once: each changes a state of the commit. */
    static final int TAKEN_MAX = Control.CHANGES_MAX;

    private static final long NEVER = Long.MAX_VALUE;

    private final Map<String, Entry> entries = new HashMap<>();
    private final PriorityQueue<Entry> queue = new PriorityQueue<>((a, b) -> Long.compare(a.dueMillis, b.dueMillis));
    private final Map<String, ScheduleState> begun = new HashMap<>();

    private static final class Entry {
        private final Schedule schedule;
        private ScheduleState state;
        private long dueMillis;
        /** What was judged and is not stored yet. */
        private @Nullable Due taken;

        private Entry(Schedule schedule, ScheduleState state) {
            this.schedule = schedule;
            this.state = state;
        }
    }

    /**
     * A schedule with something due.
     *
     * @param planned the times that are fired, from the earliest; none when all that passed is skipped
     * @param dropped times that were missed and are not fired
     * @param dueMillis when the first one that is fired was due
     * @param after its state once that is stored
     */
    record Due(Schedule schedule, List<Instant> planned, int dropped, long dueMillis, ScheduleState after) {}

    /**
     * @param states what is kept, by name; a schedule without any, or with those of another definition, begins now
     */
    ScheduleBook(Collection<Schedule> schedules, Map<String, byte[]> states, long nowMillis) {
        this(schedules, states, nowMillis, null);
    }

    /** @param earlier the book before this one, whose judgements hold where the states are as it had them; null for none */
    ScheduleBook(
            Collection<Schedule> schedules,
            Map<String, byte[]> states,
            long nowMillis,
            @Nullable ScheduleBook earlier) {
        for (var schedule : schedules) {
            var bytes = states.get(schedule.name());
            var kept = bytes == null ? null : ScheduleState.of(bytes).orElse(null);
            var entry = new Entry(schedule, kept == null ? ScheduleState.beginning(schedule, nowMillis, false) : kept);
            if (kept == null || kept.definition() != schedule.definition().hashCode()) {
                entry.state = ScheduleState.beginning(schedule, nowMillis, kept != null && kept.paused());
                begun.put(schedule.name(), entry.state);
            }
            var before = earlier == null ? null : earlier.entries.get(schedule.name());
            if (before != null && before.state.equals(entry.state)) {
                entry.taken = before.taken;
            }
            entries.put(schedule.name(), entry);
            enqueue(entry);
        }
    }

    /** States that are new and must be stored, lest a restart begins anew. */
    Map<String, ScheduleState> begun() {
        return Map.copyOf(begun);
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    boolean has(String name) {
        return entries.containsKey(name);
    }

    boolean anyPaused() {
        return entries.values().stream().anyMatch(entry -> entry.state.paused());
    }

    @Nullable
    ScheduleState state(String name) {
        var entry = entries.get(name);
        return entry == null ? null : entry.state;
    }

    private void enqueue(Entry entry) {
        entry.dueMillis = NEVER;
        if (!entry.state.paused()) {
            var next = entry.schedule.timing().next(Instant.ofEpochMilli(entry.state.lastMillis()));
            if (next != null) {
                entry.dueMillis = entry.schedule.due(next).toEpochMilli();
                queue.add(entry);
            }
        }
    }

    /** When there is something to take; {@link Long#MAX_VALUE} when that is never. */
    long nextDueMillis() {
        var first = queue.peek();
        return first == null ? NEVER : first.dueMillis;
    }

    /** Takes what is due, up to about so many events and up to {@link #TAKEN_MAX} schedules. */
    List<Due> take(long nowMillis, int eventsMax) {
        var due = new ArrayList<Due>();
        var events = 0;
        for (var first = queue.peek();
                first != null && first.dueMillis <= nowMillis && events < eventsMax && due.size() < TAKEN_MAX;
                first = queue.peek()) {
            queue.poll();
            var taken = due(first, nowMillis);
            first.taken = taken;
            due.add(taken);
            events += taken.planned().size();
        }
        return due;
    }

    /** What was judged before, and what came since then. */
    private static Due due(Entry entry, long nowMillis) {
        var schedule = entry.schedule;
        var kept = entry.taken;
        var last = Instant.ofEpochMilli((kept == null ? entry.state : kept.after()).lastMillis());
        var missed = new ArrayList<Instant>();
        var late = new ArrayList<Instant>();
        var latest = last;
        var counted = 0;
        for (var planned = schedule.timing().previous(Instant.ofEpochMilli(nowMillis + 1));
                planned != null && planned.isAfter(last) && counted < CATCH_UP_MAX;
                planned = schedule.timing().previous(planned)) {
            var due = schedule.due(planned).toEpochMilli();
            if (counted == 0 && due > nowMillis) {
                continue; // its window is not over, and so isn't that of any earlier one before it
            }
            latest = counted == 0 ? planned : latest;
            counted++;
            (nowMillis - due > LATE_MILLIS ? missed : late).add(0, planned);
        }
        var fired = kept == null ? new ArrayList<Instant>() : new ArrayList<>(kept.planned());
        var passed = counted + fired.size() + (kept == null ? 0 : kept.dropped());
        switch (schedule.missed()) {
            case SKIP -> {}
            case ONCE -> fired.addAll(missed.isEmpty() ? missed : missed.subList(missed.size() - 1, missed.size()));
            case ALL -> fired.addAll(missed);
        }
        fired.addAll(late);
        fired.subList(0, Math.max(0, fired.size() - CATCH_UP_MAX)).clear();
        var dueMillis = fired.isEmpty() ? nowMillis : schedule.due(fired.get(0)).toEpochMilli();
        var after = new ScheduleState(latest.toEpochMilli(), false, entry.state.definition());
        return new Due(schedule, fired, passed - fired.size(), dueMillis, after);
    }

    /** What was taken is stored: the schedule goes on behind it. */
    void stored(Due due) {
        var entry = entries.get(due.schedule().name());
        if (entry != null) {
            entry.state = due.after();
            entry.taken = null;
            enqueue(entry);
        }
    }

    /** What was taken is not stored: it is taken again then, together with what has come due by then. */
    void postponed(Due due, long untilMillis) {
        var entry = entries.get(due.schedule().name());
        if (entry != null) {
            entry.dueMillis = untilMillis;
            queue.add(entry);
        }
    }

    /** The state with which the schedule is paused, or goes on from now; null when it is so already. */
    @Nullable
    ScheduleState paused(String name, boolean paused, long nowMillis) {
        var entry = entries.get(name);
        if (entry == null || entry.state.paused() == paused) {
            return null;
        }
        return new ScheduleState(nowMillis, paused, entry.state.definition());
    }

    /** The state is stored. */
    void changed(String name, ScheduleState state) {
        var entry = entries.get(name);
        if (entry != null) {
            queue.remove(entry);
            entry.state = state;
            entry.taken = null;
            enqueue(entry);
        }
    }
}

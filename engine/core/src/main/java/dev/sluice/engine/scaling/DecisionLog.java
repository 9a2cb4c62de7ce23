package dev.sluice.engine.scaling;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function's last 1,000 decisions. Decisions that follow one another with the same from, to and rule are one entry
 * with a count. Safe from any thread.
 */
public final class DecisionLog {
    /** Entries kept. */
    public static final int ENTRIES_MAX = 1_000;

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();

    /**
     * Decisions that were the same but for their figures.
     *
     * @param first when the first of them was made
     * @param last when the last of them was
     * @param count how many
     * @param decision the last of them
     */
    public record Entry(Instant first, Instant last, long count, Decision decision) {}

    /** Keeps one more, and forgets the oldest entry when there are too many. */
    public synchronized void add(Decision decision, Instant at) {
        var newest = entries.peekLast();
        if (newest != null && newest.decision().repeats(decision)) {
            entries.removeLast();
            entries.addLast(new Entry(newest.first(), at, newest.count() + 1, decision));
            return;
        }
        if (entries.size() == ENTRIES_MAX) {
            entries.removeFirst();
        }
        entries.addLast(new Entry(at, at, 1, decision));
    }

    /** The newest; null when there is none. */
    public synchronized @Nullable Entry newest() {
        return entries.peekLast();
    }

    /** What is kept, the newest first. */
    public synchronized List<Entry> newestFirst() {
        var all = new Entry[entries.size()];
        var i = all.length;
        for (var entry : entries) {
            all[--i] = entry;
        }
        return List.of(all);
    }
}

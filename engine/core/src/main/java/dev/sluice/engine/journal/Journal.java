package dev.sluice.engine.journal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * What was decided lately on events: all about some of them, and of every other what went wrong. Bounded in entries and
 * bytes; the oldest give way. Failures have half of the room to themselves, so that neither a storm of them nor much
 * traffic displaces the other. Any thread may write and read; none waits for another, and a reader sees what was
 * written before it began.
 */
public final class Journal {
    private final JournalOptions options;
    private final Ring failures;
    private final Ring others;
    private final AtomicLong sequence = new AtomicLong();

    public Journal(JournalOptions options) {
        this.options = options;
        failures = new Ring(options.entriesMax() / 2, options.bytesMax() / 2);
        others = new Ring(options.entriesMax() / 2, options.bytesMax() / 2);
    }

    /** How much it keeps. */
    public JournalOptions options() {
        return options;
    }

    /** The number of the next entry. */
    public long nextSequence() {
        return sequence.getAndIncrement();
    }

    /**
     * Keeps an entry.
     *
     * @param failure whether it belongs to an event of which something has gone wrong
     */
    public void add(JournalEntry entry, boolean failure) {
        (failure ? failures : others).add(entry);
    }

    /** All entries that match, in the order in which they were made. Looks at each that is kept. */
    public List<JournalEntry> find(Predicate<JournalEntry> which) {
        var found = new ArrayList<JournalEntry>();
        failures.forEach(entry -> {
            if (which.test(entry)) {
                found.add(entry);
            }
        });
        others.forEach(entry -> {
            if (which.test(entry)) {
                found.add(entry);
            }
        });
        found.sort(Comparator.comparingLong(JournalEntry::sequence));
        return found;
    }

    /** What its entries hold. */
    public long bytes() {
        return failures.bytes() + others.bytes();
    }

    /** Entries that gave way to newer ones. */
    public long evicted() {
        return failures.evicted() + others.evicted();
    }
}

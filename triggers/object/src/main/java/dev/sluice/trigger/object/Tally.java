package dev.sluice.trigger.object;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of objects without an event. The first of each kind in a pass is logged, and stays as the last error.
 * Written by one thread at a time, read by any.
 */
final class Tally {
    private static final Logger LOG = LoggerFactory.getLogger(Tally.class);

    private final String trigger;
    /** Filled here, and never changed in its keys. */
    private final Map<Outcome, AtomicLong> counts = new EnumMap<>(Outcome.class);

    private final Set<Outcome> told = EnumSet.noneOf(Outcome.class);
    private volatile String lastError = "";
    /** What keeps objects from being seen, as this pass found it. */
    private volatile String trouble = "";

    private String found = "";

    Tally(String trigger) {
        this.trigger = trigger;
        for (var outcome : Outcome.values()) {
            counts.put(outcome, new AtomicLong());
        }
    }

    /** Counts one, and keeps what is said of it. */
    void count(Outcome outcome, String what) {
        of(outcome).incrementAndGet();
        lastError = what;
        if (isTrouble(outcome) && found.isEmpty()) {
            found = what;
            trouble = what;
        }
        if (told.add(outcome)) {
            LOG.warn("trigger '{}': {}", trigger, what);
        }
    }

    /** Those that someone has to do something about. */
    private static boolean isTrouble(Outcome outcome) {
        return switch (outcome) {
            case GONE, CHANGED, LOOP -> false;
            case TOO_DEEP, UNREADABLE, NOT_MOVED, TOO_LARGE, FULL -> true;
        };
    }

    /** From here on what was said once is said again. */
    void passEnded() {
        trouble = found;
        found = "";
        told.clear();
    }

    long count(Outcome outcome) {
        return of(outcome).get();
    }

    private AtomicLong of(Outcome outcome) {
        return Objects.requireNonNull(counts.get(outcome));
    }

    long all() {
        return counts.values().stream().mapToLong(AtomicLong::get).sum();
    }

    String lastError() {
        return lastError;
    }

    String trouble() {
        return trouble;
    }
}

package dev.sluice.deadletters;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Counts what a comparison finds. Safe for several threads. */
final class Tally {
    private final String trigger;
    private final String function;
    private final Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
    private final List<Comparison.Difference> differences = new ArrayList<>();

    /** What becomes of an event; the first that holds counts. */
    enum Verdict {
        FAILED,
        DIFFERENT,
        MISSING,
        EXTRA,
        SAME
    }

    Tally(String trigger, String function) {
        this.trigger = trigger;
        this.function = function;
    }

    synchronized void add(Held event) {
        var verdict = event.verdict();
        counts.merge(verdict, 1L, Long::sum);
        if (verdict != Verdict.SAME && differences.size() < Comparison.SAMPLES_MAX) {
            differences.add(new Comparison.Difference(
                    event.place(), event.id(), verdict.name().toLowerCase(Locale.ROOT), event.details()));
        }
    }

    synchronized Comparison comparison() {
        return new Comparison(
                trigger,
                function,
                counts.getOrDefault(Verdict.SAME, 0L),
                counts.getOrDefault(Verdict.DIFFERENT, 0L),
                counts.getOrDefault(Verdict.MISSING, 0L),
                counts.getOrDefault(Verdict.EXTRA, 0L),
                counts.getOrDefault(Verdict.FAILED, 0L),
                List.copyOf(differences));
    }
}

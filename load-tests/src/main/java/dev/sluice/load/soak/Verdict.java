package dev.sluice.load.soak;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What the ledgers prove.
 *
 * @param published events that were acknowledged
 * @param lost those of which no run ended well
 * @param doubled runs of events that had been begun before
 * @param doubledMax how many of these the promise allows
 * @param inverted first runs that came after the first run of a later event of their key
 * @param overlapping runs that began while another one of their key ran
 * @param pauseMillis the longest time that a partition stood still
 * @param startMillis how long each engine took from its start to its first run, the shortest first
 * @param examples the first of each, in words
 */
record Verdict(
        long published,
        long lost,
        long doubled,
        long doubledMax,
        long inverted,
        long overlapping,
        long pauseMillis,
        List<Long> startMillis,
        List<String> examples) {
    Verdict {
        startMillis = List.copyOf(startMillis);
        examples = List.copyOf(examples);
    }

    /** The promises that do not hold, in words; empty when all do. */
    List<String> broken() {
        var broken = new ArrayList<String>();
        if (lost > 0) {
            broken.add(lost + " acknowledged events were lost");
        }
        if (doubled > doubledMax) {
            broken.add(doubled + " runs were doubled, " + doubledMax + " are allowed");
        }
        if (inverted > 0) {
            broken.add(inverted + " events ran before an earlier one of their key");
        }
        return broken;
    }

    /** Two runs' verdicts as one. */
    Verdict and(Verdict other) {
        var all = new ArrayList<>(examples);
        all.addAll(other.examples);
        var starts = new ArrayList<>(startMillis);
        starts.addAll(other.startMillis);
        Collections.sort(starts);
        return new Verdict(
                published + other.published,
                lost + other.lost,
                doubled + other.doubled,
                doubledMax + other.doubledMax,
                inverted + other.inverted,
                overlapping + other.overlapping,
                Math.max(pauseMillis, other.pauseMillis),
                starts,
                all);
    }
}

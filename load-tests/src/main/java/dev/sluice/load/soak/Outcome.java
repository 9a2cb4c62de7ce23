package dev.sluice.load.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a scenario showed.
 *
 * @param scenario its name
 * @param rounds how many were done
 * @param seed with which it can be repeated
 * @param verdict what the ledgers prove
 * @param unanswered events whose publishing failed or was not answered
 * @param others promises beside the ledgers that did not hold, in words
 * @param readyMillis how long each engine took from its start to its ready line, the shortest first
 * @param samples throughput and lag
 * @param took all of it
 */
record Outcome(
        String scenario,
        int rounds,
        long seed,
        Verdict verdict,
        long unanswered,
        List<String> others,
        List<Long> readyMillis,
        Samples samples,
        Duration took) {
    Outcome {
        others = List.copyOf(others);
        readyMillis = List.copyOf(readyMillis);
    }

    /** All promises that do not hold; empty when all do. */
    List<String> broken() {
        var all = new ArrayList<>(verdict.broken());
        all.addAll(others);
        return all;
    }
}

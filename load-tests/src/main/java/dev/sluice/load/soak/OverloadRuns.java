package dev.sluice.load.soak;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a ledger says of runs. Not for several threads. */
final class OverloadRuns {
    private final Map<SoakEvent, Integer> begun = new HashMap<>();
    private final Map<SoakEvent, Integer> ended = new HashMap<>();
    private final List<Long> endedAtMillis = new ArrayList<>();

    void add(Run run) {
        if (run.phase() == Run.Phase.BEGAN) {
            begun.merge(run.event(), 1, Integer::sum);
        } else {
            ended.merge(run.event(), 1, Integer::sum);
            endedAtMillis.add(run.atMillis());
        }
    }

    /** Runs that ended per second between two times of the wall clock. */
    double perSecond(long fromMillis, long toMillis) {
        var ended = endedAtMillis.stream()
                .filter(at -> at >= fromMillis && at < toMillis)
                .count();
        return ended * 1_000.0 / (toMillis - fromMillis);
    }

    /** Whether every run of an accepted event has ended. */
    boolean haveAll(List<OverloadPhase> phases) {
        return requests(phases).lost() == 0;
    }

    /** Compares what was answered with what ran. */
    OverloadVerdict.Requests requests(List<OverloadPhase> phases) {
        int accepted = 0, refused = 0, mute = 0, odd = 0, unsent = 0, lost = 0, doubled = 0, haunting = 0;
        for (var phase : phases) {
            accepted += phase.accepted();
            refused += phase.count(429) + phase.count(503);
            mute += phase.mute();
            odd += phase.odd();
            unsent += phase.count(OverloadPhase.UNSENT);
            for (var request = 0; request < phase.size(); request++) {
                var event = phase.event(request);
                if (phase.isAccepted(event)) {
                    lost += ended.containsKey(event) ? 0 : 1;
                    doubled += begun.getOrDefault(event, 0) > 1 ? 1 : 0;
                } else if (phase.isRefused(event) && begun.containsKey(event)) {
                    haunting++;
                }
            }
        }
        return new OverloadVerdict.Requests(accepted, refused, mute, odd, unsent, lost, doubled, haunting);
    }
}

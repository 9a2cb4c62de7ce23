package dev.sluice.load.soak;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How long processes took from their start, the exec, to their first run. One that ran nothing counts for nothing. */
final class Starts {
    private final Map<Long, Long> launched = new HashMap<>();
    private final List<Long> millis = new ArrayList<>();

    void launched(long pid, long atMillis) {
        launched.put(pid, atMillis);
    }

    void began(Run run) {
        var at = launched.isEmpty() ? null : launched.remove(run.pid());
        if (at != null) {
            millis.add(Math.max(0, run.atMillis() - at));
        }
    }

    void ended(long pid) {
        launched.remove(pid);
    }

    /** All of them, the shortest first. */
    List<Long> millis() {
        var sorted = new ArrayList<>(millis);
        Collections.sort(sorted);
        return sorted;
    }
}

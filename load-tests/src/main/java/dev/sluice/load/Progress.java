package dev.sluice.load;

import java.io.PrintStream;
import java.time.Duration;

/** Says on stderr what is being measured and how long all of it still takes. */
final class Progress {
    private final PrintStream out;
    private final long totalMillis;
    private long doneMillis;

    /** @param total the planned time of all steps */
    Progress(PrintStream out, Duration total) {
        this.out = out;
        totalMillis = Math.max(1, total.toMillis());
    }

    /** Begins a step that is planned to take this long. Steps that were not planned show no time left. */
    void step(String what, Duration planned) {
        var left = Math.max(0, totalMillis - doneMillis);
        var percent = Math.min(100, 100 * doneMillis / totalMillis);
        out.printf("[%3d %%] %s, %d s left%n", percent, what, (left + 999) / 1000);
        doneMillis += planned.toMillis();
    }

    /** Takes what was planned up to here as done, also when steps were left out because one failed. */
    void reached(Duration planned) {
        doneMillis = planned.toMillis();
    }

    /** Says something beside the steps. */
    void say(String what) {
        out.println(what);
    }
}

package dev.sluice.load.soak;

import java.io.PrintStream;
import java.time.Duration;

/** Says on a stream, stderr as a rule, which round runs and how long all of it still takes. */
final class Progress {
    private final PrintStream out;
    private double plannedLeftSeconds;
    private double plannedPast;
    private final long startNanos = System.nanoTime();

    Progress(PrintStream out, Duration planned) {
        this.out = out;
        plannedLeftSeconds = planned.toMillis() / 1e3;
    }

    /** A round begins, for which so long was planned. */
    void round(String scenario, int round, int rounds, Stage stage, int plannedSeconds) {
        var watch = stage.watch();
        out.printf(
                "%-16s round %d of %d, %,d published, %,d open, %d s left%n",
                scenario, round, rounds, watch.published(), watch.open(), Math.round(left()));
        plannedPast += plannedSeconds;
        plannedLeftSeconds = Math.max(0, plannedLeftSeconds - plannedSeconds);
    }

    /** What was planned, stretched by how much longer than planned it took so far. */
    private double left() {
        var took = (System.nanoTime() - startNanos) / 1e9;
        var stretch = plannedPast < 1 ? 1 : took / plannedPast;
        return plannedLeftSeconds * Math.min(5, Math.max(0.5, stretch));
    }

    void say(String what) {
        out.println(what);
    }
}

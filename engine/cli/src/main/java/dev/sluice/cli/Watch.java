package dev.sluice.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;

/** The options of commands that can go on looking, and the loop that does. */
final class Watch {
    /** So often in a row the engine may fail to answer; it may just be starting anew. */
    static final int FAILURES_IN_A_ROW_MAX = 3;

    @Option(
            names = {"-w", "--watch"},
            description = "Go on and print what changes.")
    private boolean wanted;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "How often --watch looks (default 1s).")
    private Duration interval = Duration.ofSeconds(1);

    /**
     * Looks at every interval when that is wanted: until the process is ended, nobody reads any more, what is looked at
     * is gone, or the engine has been silent several times in a row.
     *
     * @param known what was printed already
     * @param look asks the engine, prints what is new, and gives back what is known then
     */
    <T> void from(T known, PrintWriter out, UnaryOperator<T> look) throws InterruptedException {
        if (!wanted) {
            return;
        }
        out.flush();
        var last = known;
        var failures = 0;
        while (!out.checkError()) {
            Thread.sleep(Math.max(1, interval.toMillis()));
            try {
                last = look.apply(last);
                failures = 0;
            } catch (CommandFailure failure) {
                failures++;
                if (failures == FAILURES_IN_A_ROW_MAX || failure.exitCode() == ExitCode.NOT_FOUND) {
                    throw failure;
                }
            }
        }
    }
}

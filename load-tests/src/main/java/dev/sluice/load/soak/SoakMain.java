package dev.sluice.load.soak;

import picocli.CommandLine;

/** The {@code soak} command. Ends cleanly on Ctrl-C: every process that it started ends with it. */
public final class SoakMain {
    private SoakMain() {}

    /** Runs {@link SoakCommand}, and exits with its status; with 2 on a usage mistake. */
    public static void main(String... args) {
        System.exit(new CommandLine(new SoakCommand()).execute(args));
    }
}

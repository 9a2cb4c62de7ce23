package dev.sluice.load.soak;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** The {@code soak} command and its {@code simulation}. Ends cleanly on Ctrl-C: every process that it started ends with it. */
public final class SoakMain {
    private SoakMain() {}

    /** Runs {@code soak} or {@code soak fuzz}, and exits with its status; with 2 on a usage mistake. */
    public static void main(String... args) {
        // Clients that look for a node that was killed say so many times a second.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.OFF);
        // The simulated engines fail on purpose, and would say so millions of times.
        ((Logger) LoggerFactory.getLogger("dev.sluice.engine")).setLevel(Level.OFF);
        System.exit(new CommandLine(new SoakCommand())
                .addSubcommand(new SimulationCommand())
                .addSubcommand(new FuzzCommand())
                .execute(args));
    }
}

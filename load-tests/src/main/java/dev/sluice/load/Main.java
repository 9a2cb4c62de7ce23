package dev.sluice.load;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Arrays;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** The {@code bench} command: measures the engine against its peers, prints the ratios, and ends cleanly on Ctrl-C. */
public final class Main {
    private Main() {}

    /**
     * Runs {@code bench}, {@code bench memory}, {@code bench scaling}, {@code bench latency}, {@code bench jmh} or {@code bench interop}; a
     * leading word {@code bench} may be left out. Exits with 0, with 1 when something could not be measured, an event
     * was lost or a check failed, or with 2 on a usage mistake.
     */
    public static void main(String... args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        // The clients look for a node that is only starting, and say so ten times a second.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
        var own = args.length > 0 && args[0].equals("bench") ? Arrays.copyOfRange(args, 1, args.length) : args;
        return new CommandLine(new BenchCommand())
                .addSubcommand(new MemoryCommand())
                .addSubcommand(new ScalingCommand())
                .addSubcommand(new LatencyCommand())
                .addSubcommand(new JmhCommand())
                .addSubcommand(new InteropCommand())
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println(e instanceof BenchException ? e.getMessage() : String.valueOf(e));
                    return 1;
                })
                .execute(own);
    }
}

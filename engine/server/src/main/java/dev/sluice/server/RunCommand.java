package dev.sluice.server;

import dev.sluice.cli.CommandFailure;
import dev.sluice.cli.ExitCode;
import dev.sluice.server.manifest.Durations;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a node until it is told to stop. */
@Command(
        name = "run",
        description = "Run the functions and triggers of manifests until told to stop.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: sluice run -f samples/orders/sluice.yaml --port 0 --admin-port 0",
            "SIGTERM or Ctrl-C finishes what is in flight, a second one exits at once.",
            "SLUICE_LOG sets log levels, such as debug or debug,io.netty=info (default info)."
        })
final class RunCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "PATH",
            description = "A manifest, or a folder of them. May be repeated; sluice.yaml if absent.")
    private List<Path> files = List.of();

    @Mixin
    private final NodeOptions options = new NodeOptions();

    @Parameters(arity = "0..*", paramLabel = "PATH", description = "The same as -f.")
    private List<Path> more = List.of();

    @Override
    public Integer call() throws InterruptedException {
        var line = line(spec);
        var manifest = Manifests.read(paths(files, more), line.getErr());
        var settings = options.settings(manifest.server());
        var stop = StopSignal.install();
        var node = start(() -> Node.start(manifest, settings));
        line.getOut().println(node.readyLine());
        line.getOut().flush();
        stop.await();
        stop(node, settings, line.getErr());
        stop.done();
        return ExitCode.OK;
    }

    /** Something that starts a node. */
    @FunctionalInterface
    interface Start {
        Node node() throws NodeException;
    }

    /** Stops the node and tells what became of it. */
    static void stop(Node node, Settings settings, PrintWriter err) {
        err.println("stopping: finishing what is in flight, up to " + Durations.text(settings.grace()));
        err.flush();
        var left = node.stop();
        err.println(
                left == 0
                        ? "stopped"
                        : "stopped: " + left + (left == 1 ? " event" : " events")
                                + " not done went with the memory broker's topics");
        err.flush();
    }

    static Node start(Start start) {
        try {
            return start.node();
        } catch (NodeException e) {
            throw new CommandFailure(e.exitCode(), String.valueOf(e.getMessage()));
        }
    }

    static CommandLine line(@Nullable CommandSpec spec) {
        return Objects.requireNonNull(spec, "picocli sets it before the command is called")
                .commandLine();
    }

    /** What was named, or {@code sluice.yaml} of the working directory. */
    static List<Path> paths(List<Path> files, List<Path> more) {
        var named = Stream.concat(files.stream(), more.stream()).toList();
        if (!named.isEmpty()) {
            return named;
        }
        var standard = Path.of("sluice.yaml");
        if (!Files.exists(standard)) {
            throw new CommandFailure(ExitCode.USAGE, "name a manifest with -f: there is no sluice.yaml in this folder");
        }
        return List.of(standard);
    }
}

package dev.sluice.server;

import dev.sluice.cli.CommandFailure;
import dev.sluice.cli.ExitCode;
import dev.sluice.server.manifest.Manifest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks manifests and the code of their functions, without running anything. */
@Command(
        name = "validate",
        description = "Check manifests and the code of their functions, and tell every mistake.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example: sluice validate -f samples/orders", "Exit codes: 0 valid, 4 with mistakes."})
final class ValidateCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "PATH",
            description = "A manifest, or a folder of them. May be repeated.")
    private List<Path> files = List.of();

    @Parameters(arity = "0..*", paramLabel = "PATH", description = "The same as -f.")
    private List<Path> more = List.of();

    @Override
    public Integer call() {
        var line = RunCommand.line(spec);
        var paths = RunCommand.paths(files, more);
        var manifest = Manifests.read(paths, line.getErr());
        try (var code = LoadedFunctions.load(manifest.functions(), manifest.triggers())) {
            line.getOut().println(summary(manifest));
            code.specs().forEach(function -> line.getOut()
                    .println("  " + function.name() + ": " + function.code().describe()));
        } catch (NodeException e) {
            String.valueOf(e.getMessage()).lines().forEach(line.getErr()::println);
            throw new CommandFailure(ExitCode.INVALID, "the code of a function can't be used");
        }
        return ExitCode.OK;
    }

    private static String summary(Manifest manifest) {
        return "valid: " + count(manifest.brokers().size(), "broker") + ", "
                + count(manifest.functions().size(), "function") + ", "
                + count(manifest.triggers().size(), "trigger");
    }

    private static String count(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}

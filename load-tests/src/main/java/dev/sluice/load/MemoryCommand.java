package dev.sluice.load;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Publishes behind a function that stands still, and shows that the heap stays flat and no event is lost. */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Publishes events of 1 KiB over HTTP behind a stopped function, in an engine with a small heap.",
            "Once the engine takes no more, the function stays stopped for a while, then it is released; every",
            "acknowledged event has to arrive. Exits with 1 when one is lost or the engine dies."
        })
final class MemoryCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--events", paramLabel = "N", defaultValue = "1000000", description = "Events (${DEFAULT-VALUE}).")
    private int events;

    @Option(
            names = "--heap",
            paramLabel = "MIB",
            defaultValue = "256",
            description = "The engine's -Xmx (${DEFAULT-VALUE}).")
    private int heapMib;

    @Option(
            names = "--hold",
            paramLabel = "SECONDS",
            defaultValue = "40",
            description = {
                "How long the function stays stopped once the engine is full (${DEFAULT-VALUE}).",
                "A publish waits 30 s for room, then it is refused."
            })
    private int holdSeconds;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (events < 1 || heapMib < 64 || holdSeconds < 2) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--events must be at least 1, --heap at least 64 and --hold at least 2");
        }
        try (var lab = new Lab()) {
            var result = new MemoryRun(lab, events, heapMib, holdSeconds, System.err).run();
            System.out.print(result.text());
            return result.passed() ? 0 : 1;
        }
    }
}

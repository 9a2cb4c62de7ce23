package dev.sluice.server;

import dev.sluice.cli.ExitCode;
import dev.sluice.engine.FunctionCode;
import dev.sluice.engine.FunctionCodeException;
import dev.sluice.engine.FunctionSpec;
import dev.sluice.server.manifest.FunctionManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The code of a manifest's functions, found and checked. */
final class LoadedFunctions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedFunctions.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final List<FunctionSpec> specs;

    private LoadedFunctions(List<FunctionSpec> specs) {
        this.specs = List.copyOf(specs);
    }

    /**
     * Loads the code of all functions. Blocks.
     *
     * @throws NodeException with every function whose code is missing or no function, each with its place in the file
     */
    static LoadedFunctions load(List<FunctionManifest> functions) throws NodeException {
        var specs = new ArrayList<FunctionSpec>();
        var mistakes = new ArrayList<String>();
        for (var function : functions) {
            try {
                specs.add(spec(function, FunctionCode.load(function.handler(), function.artifact())));
            } catch (FunctionCodeException e) {
                mistakes.add(function.place() + ": spec.handler: '" + function.handler() + "': " + e.getMessage());
            }
        }
        var loaded = new LoadedFunctions(specs);
        if (!mistakes.isEmpty()) {
            loaded.close();
            throw new NodeException(ExitCode.INVALID, String.join("\n", mistakes), null);
        }
        return loaded;
    }

    private static FunctionSpec spec(FunctionManifest function, FunctionCode code) {
        return new FunctionSpec(
                function.name(),
                code,
                function.instances(),
                function.concurrency(),
                function.timeout(),
                function.batch(),
                function.config());
    }

    List<FunctionSpec> specs() {
        return specs;
    }

    /** Releases the artifacts' files. Blocks up to 5 s. */
    @Override
    public void close() {
        Flux.fromIterable(specs)
                .concatMapDelayError(spec -> spec.code().close())
                .then()
                .timeout(CLOSE_PATIENCE)
                .onErrorResume(error -> {
                    LOG.atWarn().setCause(error).log("an artifact could not be closed");
                    return Mono.empty();
                })
                .block();
    }
}

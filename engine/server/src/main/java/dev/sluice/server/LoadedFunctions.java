package dev.sluice.server;

import dev.sluice.cli.ExitCode;
import dev.sluice.engine.Engine;
import dev.sluice.engine.FunctionCode;
import dev.sluice.engine.FunctionCodeException;
import dev.sluice.engine.FunctionSpec;
import dev.sluice.engine.Scaling;
import dev.sluice.server.manifest.FunctionManifest;
import dev.sluice.server.manifest.TriggerManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The code of a manifest's functions, found and checked. */
final class LoadedFunctions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedFunctions.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final List<FunctionSpec> specs;
    private final Map<String, HandScaling> hands;

    private LoadedFunctions(List<FunctionSpec> specs, Map<String, HandScaling> hands) {
        this.specs = List.copyOf(specs);
        this.hands = Map.copyOf(hands);
    }

    /**
     * Loads the code of all functions. Blocks.
     *
     * @throws NodeException with every function whose code is missing or no function, and every key, of a trigger too,
     *     that such code has no use for, each with its place in the file
     */
    static LoadedFunctions load(List<FunctionManifest> functions, List<TriggerManifest> triggers) throws NodeException {
        var loaded = new LinkedHashMap<FunctionManifest, FunctionCode>();
        var mistakes = new ArrayList<String>();
        for (var function : functions) {
            try {
                loaded.put(function, FunctionCode.load(function.handler(), function.artifact()));
            } catch (FunctionCodeException e) {
                mistakes.add(function.place() + ": spec.handler: '" + function.handler() + "': " + e.getMessage());
            }
        }
        loaded.forEach((function, code) -> {
            if (code.stream()) {
                StreamKeys.check(function, code, triggers, mistakes);
            }
        });
        var shares = threadShares(loaded, mistakes);
        if (!mistakes.isEmpty()) {
            closeAll(loaded.values());
            throw new NodeException(ExitCode.INVALID, String.join("\n", mistakes), null);
        }
        var specs = new ArrayList<FunctionSpec>();
        var hands = new HashMap<String, HandScaling>();
        loaded.forEach((function, code) -> {
            if (code.stream()) {
                specs.add(StreamKeys.spec(function, code));
                return;
            }
            var hand = new HandScaling(function.scaling().policy());
            hands.put(function.name(), hand);
            specs.add(spec(bounded(function, shares), code, hand));
        });
        return new LoadedFunctions(specs, hands);
    }

    private static Map<String, Integer> threadShares(
            Map<FunctionManifest, FunctionCode> loaded, List<String> mistakes) {
        var threads = Engine.blockingSlotsMax();
        if (threads.isEmpty()) {
            return Map.of();
        }
        var blocking = new BlockingThreads(threads.getAsInt());
        loaded.forEach((function, code) -> {
            if (code.blocking()) {
                blocking.add(function);
            }
        });
        return blocking.shares(mistakes);
    }

    private static FunctionManifest bounded(FunctionManifest function, Map<String, Integer> shares) {
        var max = shares.getOrDefault(function.name(), function.scaling().max());
        if (max == function.scaling().max()) {
            return function;
        }
        LOG.info(
                "function '{}' has at most {} instances: its runs block, and on this Java each needs a thread",
                function.name(),
                max);
        return function.withScalingMax(max);
    }

    private static FunctionSpec spec(FunctionManifest function, FunctionCode code, HandScaling hand) {
        return new FunctionSpec(
                        function.name(),
                        code,
                        function.scaling().instances(),
                        function.concurrency(),
                        function.timeout(),
                        function.batch(),
                        function.config(),
                        new Scaling(hand, function.scaling().limits(function.concurrency(), function.timeout())))
                .withAdaptive(function.adaptive())
                .withMemory(function.memory())
                .withWindow(function.window())
                .withSample(function.journalRate());
    }

    List<FunctionSpec> specs() {
        return specs;
    }

    /** What a person may set of each function's instances, by its name. */
    Map<String, HandScaling> hands() {
        return hands;
    }

    /** Releases the artifacts' files. Blocks up to 5 s. */
    @Override
    public void close() {
        closeAll(specs.stream().map(FunctionSpec::code).toList());
    }

    private static void closeAll(Collection<FunctionCode> codes) {
        Flux.fromIterable(codes)
                .concatMapDelayError(FunctionCode::close)
                .then()
                .timeout(CLOSE_PATIENCE)
                .onErrorResume(error -> {
                    LOG.atWarn().setCause(error).log("an artifact could not be closed");
                    return Mono.empty();
                })
                .block();
    }
}

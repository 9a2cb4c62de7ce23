package dev.sluice.server;

import dev.sluice.engine.FunctionCode;
import dev.sluice.engine.FunctionSpec;
import dev.sluice.server.manifest.FunctionManifest;
import java.util.ArrayList;
import java.util.List;

/** What a manifest may say of a stream function: its instances are fixed, and it has neither deadline nor batches. */
final class StreamKeys {
    private static final List<String> WITHOUT_EFFECT = List.of("concurrency", "timeout", "batch", "window");

    private StreamKeys() {}

    /** What is wrong with the manifest of a function whose code is known by now; empty for one that is no stream. */
    static List<String> mistakes(FunctionManifest function, FunctionCode code) {
        var mistakes = new ArrayList<String>();
        if (!code.stream()) {
            return mistakes;
        }
        for (var key : WITHOUT_EFFECT) {
            if (function.written().contains(key)) {
                mistakes.add(function.place() + ": spec." + key + ": has no effect on function '" + function.name()
                        + "', which is a stream: " + code.describe());
            }
        }
        var scaling = function.scaling();
        if (function.written().contains("scaling") && (scaling.min() != scaling.max() || scaling.min() < 1)) {
            mistakes.add(
                    scaling.place() + ": spec.scaling: must have min and max alike and at least 1, since function '"
                            + function.name() + "' is a stream, whose instances are fixed; min is " + scaling.min()
                            + " and max is " + scaling.max());
        }
        return mistakes;
    }

    /** The stream as it is to run: with as many instances as are written, or one. */
    static FunctionSpec spec(FunctionManifest function, FunctionCode code) {
        var instances =
                function.written().contains("scaling") ? function.scaling().max() : 1;
        return new FunctionSpec(
                        function.name(),
                        code,
                        instances,
                        1,
                        function.timeout(),
                        function.batch(),
                        function.config(),
                        null)
                .withMemory(function.memory())
                .withSample(function.journalRate());
    }
}

package dev.sluice.server;

import dev.sluice.engine.FunctionCode;
import dev.sluice.engine.FunctionSpec;
import dev.sluice.server.manifest.FunctionManifest;
import dev.sluice.server.manifest.TriggerManifest;
import java.util.List;

/**
 * What a manifest may say of a stream function: its instances are fixed, it has neither deadline nor batches, and one
 * trigger, which reads a topic and can't hold it to a rate.
 */
final class StreamKeys {
    private static final List<String> WITHOUT_EFFECT = List.of("concurrency", "timeout", "batch", "window");
    private static final List<String> WITHOUT_EFFECT_OF_TRIGGERS = List.of(
            "spec.rate",
            "spec.concurrency",
            "spec.dedupe",
            "spec.share",
            "spec.delivery.timeout",
            "spec.delivery.max-age");

    private StreamKeys() {}

    /** Tells what is wrong with the manifest of a stream, whose code is known by now, and with its triggers'. */
    static void check(
            FunctionManifest function, FunctionCode code, List<TriggerManifest> triggers, List<String> mistakes) {
        for (var key : WITHOUT_EFFECT) {
            if (function.written().contains(key)) {
                mistakes.add(function.place() + ": spec." + key + ": " + hasNoEffect(function, code));
            }
        }
        var scaling = function.scaling();
        if (function.written().contains("scaling") && (scaling.min() != scaling.max() || scaling.min() < 1)) {
            mistakes.add(
                    scaling.place() + ": spec.scaling: must have min and max alike and at least 1, since function '"
                            + function.name() + "' is a stream, whose instances are fixed; min is " + scaling.min()
                            + " and max is " + scaling.max());
        }
        TriggerManifest first = null;
        for (var trigger : triggers) {
            if (!trigger.function().equals(function.name())) {
                continue;
            }
            checkTrigger(trigger, function, code, mistakes);
            if (first == null) {
                first = trigger;
            } else {
                mistakes.add(at(trigger, "spec.function") + "names function '" + function.name()
                        + "', which is a stream and has a trigger: '" + first.name() + "', at " + first.place());
            }
        }
    }

    private static void checkTrigger(
            TriggerManifest trigger, FunctionManifest function, FunctionCode code, List<String> mistakes) {
        if (trigger.reading() == null) {
            mistakes.add(at(trigger, "spec.http") + "waits for the answers of function '" + function.name()
                    + "', which is a stream and takes events of a topic only: write mode: accept, or topic instead");
        }
        for (var path : WITHOUT_EFFECT_OF_TRIGGERS) {
            if (trigger.places().containsKey(path)) {
                mistakes.add(at(trigger, path) + hasNoEffect(function, code));
            }
        }
    }

    private static String at(TriggerManifest trigger, String path) {
        return trigger.place(path) + ": " + path + ": ";
    }

    private static String hasNoEffect(FunctionManifest function, FunctionCode code) {
        return "has no effect on function '" + function.name() + "', which is a stream: " + code.describe();
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

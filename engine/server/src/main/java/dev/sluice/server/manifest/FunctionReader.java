package dev.sluice.server.manifest;

import dev.sluice.engine.BatchPolicy;
import dev.sluice.function.FunctionConfig;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code kind: Function}. */
final class FunctionReader {
    private static final int INSTANCES_MAX = 1_000;
    private static final Pattern HANDLER = Pattern.compile(
            "[\\p{L}_$][\\p{L}\\p{N}_$]*(\\.[\\p{L}_$][\\p{L}\\p{N}_$]*)*(::[\\p{L}_$][\\p{L}\\p{N}_$]*)?");

    FunctionManifest read(ManifestReader.Document document) {
        var spec = Objects.requireNonNull(document.spec());
        spec.notYet("window");
        var handlerPlace = spec.has("handler") ? spec.place("handler") : document.place();
        var function = new FunctionManifest(
                handlerPlace,
                document.name(),
                handler(spec),
                artifact(spec, document.folder()),
                new FunctionConfig(spec.texts("config")),
                instances(spec),
                concurrency(spec),
                spec.duration("timeout", Duration.ofSeconds(30), Duration.ofMillis(1), Duration.ofDays(1)),
                batch(spec));
        spec.end();
        return function;
    }

    private static String handler(Section spec) {
        var rule = "a class such as com.acme.Price, or a method such as com.acme.Handlers::price";
        if (!spec.has("handler")) {
            return spec.required("handler", rule);
        }
        return spec.matching("handler", HANDLER, "must be " + rule).orElse("");
    }

    private static @Nullable Path artifact(Section spec, Path folder) {
        var text = spec.text("artifact");
        if (text.isEmpty()) {
            return null;
        }
        try {
            var path = folder.resolve(text.get()).normalize();
            if (!Files.exists(path)) {
                spec.mistake(
                        "artifact", "does not exist: it must be a jar or a folder of classes, seen from this file");
            }
            return path;
        } catch (InvalidPathException notAPath) {
            spec.mistake("artifact", "must be a path");
            return null;
        }
    }

    private static int concurrency(Section spec) {
        if (spec.value("concurrency") instanceof Value.Scalar scalar
                && scalar.text().equals("adaptive")) {
            spec.mistake("concurrency", "is not in this version: write a number");
            return 1;
        }
        return spec.whole("concurrency", 16, 1, 10_000);
    }

    /** Pools have a fixed size so far; a manifest that asks for more is valid, and its author is told. */
    private static int instances(Section spec) {
        var scaling = spec.section("scaling");
        if (scaling == null) {
            return 1;
        }
        var min = scaling.whole("min", 1, 0, INSTANCES_MAX);
        var max = scaling.whole("max", Math.max(1, min), 1, INSTANCES_MAX);
        scaling.duration("drain", Duration.ZERO, Duration.ofDays(1));
        scaling.duration("idle", Duration.ZERO, Duration.ofDays(1));
        scaling.end();
        var instances = Math.max(1, min);
        if (max < min) {
            scaling.mistake("max", "must reach scaling.min, " + min);
        } else if (min == 0 || max > instances) {
            var key = scaling.has("max") && max > instances ? "max" : "min";
            scaling.warning(
                    key,
                    "the number of instances is fixed in this version: " + instances + " run"
                            + (instances == 1 ? "s" : ""));
        }
        return instances;
    }

    private static BatchPolicy batch(Section spec) {
        var batch = spec.section("batch");
        if (batch == null) {
            return BatchPolicy.DEFAULT;
        }
        var policy = new BatchPolicy(
                batch.whole("size", BatchPolicy.DEFAULT.size(), 1, 10_000),
                batch.duration("within", BatchPolicy.DEFAULT.within(), Duration.ZERO, Duration.ofMinutes(5)));
        batch.end();
        return policy;
    }
}

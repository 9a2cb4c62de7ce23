package dev.sluice.server.manifest;

import dev.sluice.engine.BatchPolicy;
import dev.sluice.engine.WindowPolicy;
import dev.sluice.function.FunctionConfig;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code kind: Function}. */
final class FunctionReader {
    private static final int CONCURRENCY = 16;
    private static final int CONCURRENCY_MAX = 10_000;
    private static final String ADAPTIVE = "adaptive";
    private static final Pattern NUMBER = Pattern.compile("[+]?\\d{1,6}");
    private static final Pattern ATTRIBUTE = Pattern.compile("(?!data$)[a-z0-9]{1,20}");
    private static final Pattern HANDLER = Pattern.compile(
            "[\\p{L}_$][\\p{L}\\p{N}_$]*(\\.[\\p{L}_$][\\p{L}\\p{N}_$]*)*(::[\\p{L}_$][\\p{L}\\p{N}_$]*)?");

    private final ScalingReader scaling;

    FunctionReader(ScalingReader scaling) {
        this.scaling = scaling;
    }

    /**
     * A function that a document needs beside those that are written, as one would be that says nothing but its handler.
     *
     * @param key of the section, which says that it is needed
     */
    static FunctionManifest own(
            ManifestReader.Document document, Section section, String key, String name, String handler) {
        var place = section.place(key);
        var field = new Value.Field(place, "handler", new Value.Scalar(place, handler, Value.Kind.TEXT));
        var spec = Section.of(new Value.Fields(place, List.of(field)), section.path(key), section.mistakes());
        return new FunctionReader(ScalingReader.installed(section.mistakes()))
                .read(new ManifestReader.Document(document.folder(), name, place, spec, null));
    }

    FunctionManifest read(ManifestReader.Document document) {
        var spec = Objects.requireNonNull(document.spec());
        var handlerPlace = spec.has("handler") ? spec.place("handler") : document.place();
        var function = new FunctionManifest(
                handlerPlace,
                document.name(),
                handler(spec),
                artifact(spec, document.folder()),
                new FunctionConfig(spec.texts("config")),
                scaling.read(spec),
                concurrency(spec),
                adaptive(spec),
                spec.bytes("memory", 0, 1),
                spec.duration("timeout", Duration.ofSeconds(30), Duration.ofMillis(1), Duration.ofDays(1)),
                batch(spec),
                window(spec),
                written(spec),
                spec.parsed("journal-rate", Rates.RULE, Rates::parse).orElse(-1.0));
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

    private static boolean adaptive(Section spec) {
        return spec.value("concurrency") instanceof Value.Scalar scalar
                && scalar.text().equals(ADAPTIVE);
    }

    private static int concurrency(Section spec) {
        var hint = spec.value("concurrency") instanceof Value.Scalar scalar
                ? Nearest.hint(scalar.text(), List.of(ADAPTIVE))
                : "";
        var rule = "must be a whole number between 1 and " + CONCURRENCY_MAX + ", or " + ADAPTIVE + hint;
        return adaptive(spec)
                ? CONCURRENCY
                : spec.parsed("concurrency", rule, FunctionReader::number).orElse(CONCURRENCY);
    }

    private static Optional<Integer> number(String text) {
        return NUMBER.matcher(text).matches()
                ? Optional.of(Integer.valueOf(text)).filter(it -> it >= 1 && it <= CONCURRENCY_MAX)
                : Optional.empty();
    }

    private static Set<String> written(Section spec) {
        return Stream.of("concurrency", "timeout", "batch", "window", "scaling")
                .filter(spec::has)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static WindowPolicy window(Section spec) {
        var standard = WindowPolicy.DEFAULT;
        var window = spec.section("window");
        if (window == null) {
            return standard;
        }
        var policy = new WindowPolicy(
                window.whole("size", standard.size(), 1, 10_000),
                window.duration("within", standard.within(), Duration.ZERO, Duration.ofMinutes(5)),
                window.matching("key", ATTRIBUTE, "must be 'key', for the record's key, or the name of an attribute")
                        .orElse(null),
                window.whole("open", standard.openMax(), 1, 10_000),
                window.flag("bisect", standard.bisect()));
        if (!window.has("key") && window.has("open")) {
            window.mistake("open", "bounds the open windows of different keys, and needs window.key");
        }
        window.end();
        return policy;
    }

    private static BatchPolicy batch(Section spec) {
        var batch = spec.section("batch");
        if (batch == null) {
            return BatchPolicy.DEFAULT;
        }
        var policy = new BatchPolicy(
                batch.whole("size", BatchPolicy.DEFAULT.size(), 1, 10_000),
                batch.duration("within", BatchPolicy.DEFAULT.within(), Duration.ZERO, Duration.ofMinutes(5)),
                batch.flag("bisect", BatchPolicy.DEFAULT.bisect()));
        batch.end();
        return policy;
    }
}

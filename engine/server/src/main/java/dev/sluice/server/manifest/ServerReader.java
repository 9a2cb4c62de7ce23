package dev.sluice.server.manifest;

import dev.sluice.engine.journal.JournalOptions;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code kind: Server}. */
final class ServerReader {
    private static final Pattern NODE = Pattern.compile(ServerManifest.NODE);
    private static final String NODE_RULE = "must be 1 to 100 of letters, digits, dot, dash, underscore and colon";
    private static final int INSTANCES_MAX = 1_000_000;

    private ServerReader() {}

    static ServerManifest read(ManifestReader.Document document) {
        var spec = Objects.requireNonNull(document.spec());
        var server = new ServerManifest(
                whole(spec, "port", 0, 65_535),
                whole(spec, "admin-port", 0, 65_535),
                spec.text("host").orElse(null),
                spec.duration("grace", Duration.ZERO, Duration.ofHours(1)).orElse(null),
                spec.matching("node", NODE, NODE_RULE).orElse(null),
                whole(spec, "instances-max", 1, INSTANCES_MAX),
                whole(spec, "slots-max", 1, Integer.MAX_VALUE),
                spec.has("memory-max") ? (Long) spec.bytes("memory-max", 1 << 20, 1 << 20) : null,
                spec.has("webhooks") ? WebhooksReader.read(spec) : null,
                state(spec, document.folder()),
                spec.has("journal-size")
                        ? (Long) spec.bytes("journal-size", JournalOptions.BYTES_MIN, JournalOptions.BYTES_MIN)
                        : null,
                spec.parsed("journal-rate", Rates.RULE, Rates::parse).orElse(null));
        spec.end();
        return server;
    }

    /** It may not be there yet, but not be a file. */
    private static @Nullable Path state(Section spec, Path folder) {
        return spec.parsed("state", "must be the path of a folder", text -> {
                    try {
                        return Optional.of(folder.resolve(text)).filter(path -> !Files.isRegularFile(path));
                    } catch (InvalidPathException e) {
                        return Optional.empty();
                    }
                })
                .orElse(null);
    }

    private static @Nullable Integer whole(Section spec, String key, int min, int max) {
        var absent = !spec.has(key);
        var number = spec.whole(key, min, min, max);
        return absent ? null : number;
    }
}

package dev.sluice.server.manifest;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads {@code kind: Server}. */
final class ServerReader {
    private ServerReader() {}

    static ServerManifest read(ManifestReader.Document document) {
        var spec = Objects.requireNonNull(document.spec());
        var server = new ServerManifest(
                port(spec, "port"),
                port(spec, "admin-port"),
                spec.text("host").orElse(null),
                spec.duration("grace", Duration.ZERO, Duration.ofHours(1)).orElse(null));
        spec.end();
        return server;
    }

    private static @Nullable Integer port(Section spec, String key) {
        var absent = !spec.has(key);
        var port = spec.whole(key, 0, 0, 65_535);
        return absent ? null : port;
    }
}

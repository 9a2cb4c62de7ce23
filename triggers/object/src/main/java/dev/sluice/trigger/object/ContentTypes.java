package dev.sluice.trigger.object;

import java.net.URLConnection;
import java.util.Locale;
import java.util.Map;

/** The content type that a file's name suggests: the same on every machine. */
final class ContentTypes {
    private static final String UNKNOWN = "application/octet-stream";

    /** What Java's own table does not have, or has otherwise. */
    private static final Map<String, String> KNOWN = Map.ofEntries(
            Map.entry("avro", "application/avro"),
            Map.entry("csv", "text/csv"),
            Map.entry("gz", "application/gzip"),
            Map.entry("json", "application/json"),
            Map.entry("jsonl", "application/x-ndjson"),
            Map.entry("log", "text/plain"),
            Map.entry("md", "text/markdown"),
            Map.entry("ndjson", "application/x-ndjson"),
            Map.entry("parquet", "application/vnd.apache.parquet"),
            Map.entry("tsv", "text/tab-separated-values"),
            Map.entry("txt", "text/plain"),
            Map.entry("webp", "image/webp"),
            Map.entry("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            Map.entry("xml", "application/xml"),
            Map.entry("yaml", "application/yaml"),
            Map.entry("yml", "application/yaml"));

    private ContentTypes() {}

    static String of(String path) {
        var name = path.substring(path.lastIndexOf('/') + 1);
        var extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        var known = name.indexOf('.') < 0 ? null : KNOWN.get(extension);
        if (known != null) {
            return known;
        }
        var guessed = URLConnection.guessContentTypeFromName(name);
        return guessed == null ? UNKNOWN : guessed;
    }
}

package dev.sluice.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM holds on its heap, by its garbage collection log: the occupancy right after each collection, which is what
 * is alive and a little more.
 */
final class Heap {
    private static final Pattern COLLECTION = Pattern.compile(".*?(\\d+)M->(\\d+)M\\((\\d+)M\\).*");

    private final Path log;
    private int linesRead;

    /** @param log written by the JVM with {@link #flag} */
    Heap(Path log) {
        this.log = log;
    }

    /** The JVM flag that makes it write the log. */
    static String flag(Path log) {
        return "-Xlog:gc:file=" + log + "::filecount=0";
    }

    /** The highest occupancy after a collection since the last call, in MiB; -1 without any. */
    int maxSince() throws IOException {
        if (!Files.exists(log)) {
            return -1;
        }
        var lines = Files.readAllLines(log);
        var max = lines.stream()
                .skip(linesRead)
                .map(COLLECTION::matcher)
                .filter(Matcher::matches)
                .mapToInt(m -> Integer.parseInt(m.group(2)))
                .max()
                .orElse(-1);
        linesRead = lines.size();
        return max;
    }
}

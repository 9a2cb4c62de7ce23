package dev.sluice.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What pieces cost, by benchmark: bytes allocated, which are the same on any machine, and time as a multiple of what a
 * yardstick of other people's code took in the same run, so that a slower machine is no regression.
 *
 * @param pieces by the benchmark's name with its parameters
 */
record JmhFigures(Map<String, Piece> pieces) {
    /** The code that times are multiples of: the CloudEvents SDK reading an event in structured mode. */
    static final String YARDSTICK = "DecodeBenchmark.structuredSdk";

    private static final String RESOURCE = "jmh-figures.json";
    private static final double WORSE = 1.15;
    /** Bytes are counted per run of many operations, so that one more is noise. */
    private static final double BYTES_APART = 8;

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    /**
     * What one piece costs.
     *
     * @param bytes allocated per operation
     * @param yardsticks time per operation, in yardsticks
     */
    record Piece(double bytes, double yardsticks) {}

    JmhFigures {
        pieces = Map.copyOf(pieces);
    }

    /** Those that the repository keeps; null when it has none yet. */
    static @Nullable JmhFigures kept() throws IOException {
        try (InputStream in = JmhFigures.class.getResourceAsStream(RESOURCE)) {
            return in == null ? null : JSON.readValue(in, JmhFigures.class);
        }
    }

    String json() throws JsonProcessingException {
        return JSON.writeValueAsString(Map.of("pieces", new TreeMap<>(pieces))) + "\n";
    }

    /** The better figure of either, piece by piece: what is slow once may have been disturbed. */
    JmhFigures best(JmhFigures other) {
        var best = new TreeMap<>(pieces);
        other.pieces.forEach((name, piece) -> best.merge(
                name, piece, (a, b) -> new Piece(Math.min(a.bytes, b.bytes), Math.min(a.yardsticks, b.yardsticks))));
        return new JmhFigures(best);
    }

    /** The names of pieces that cost over 15 % more than these kept ones, or were not measured. */
    List<String> worseThan(JmhFigures kept) {
        var worse = new ArrayList<String>();
        new TreeMap<>(kept.pieces).forEach((name, before) -> {
            var now = pieces.get(name);
            if (now == null || moreBytes(now, before) || slower(now, before)) {
                worse.add(name);
            }
        });
        return worse;
    }

    private static boolean moreBytes(Piece now, Piece before) {
        return now.bytes > before.bytes * WORSE && now.bytes > before.bytes + BYTES_APART;
    }

    private static boolean slower(Piece now, Piece before) {
        return now.yardsticks > before.yardsticks * WORSE;
    }

    /** A line per piece beside what was kept of it. */
    String text(JmhFigures kept) {
        var text = new StringBuilder();
        new TreeMap<>(kept.pieces).forEach((name, before) -> {
            var now = pieces.get(name);
            text.append(
                    now == null
                            ? String.format(Locale.ROOT, "%-44s not measured%n", name)
                            : String.format(
                                    Locale.ROOT,
                                    "%-44s %8.0f B (kept %.0f%s)  %7.4f yardsticks (kept %.4f%s)%n",
                                    name,
                                    now.bytes,
                                    before.bytes,
                                    moreBytes(now, before) ? ", MORE" : "",
                                    now.yardsticks,
                                    before.yardsticks,
                                    slower(now, before) ? ", SLOWER" : ""));
        });
        return text.toString();
    }
}

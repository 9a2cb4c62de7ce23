package dev.sluice.trigger.http;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where a live tail stands: the last offset seen per partition. Its text is what clients send back as Last-Event-ID. */
final class Cursor {
    private static final int RADIX = 36;
    private static final int TEXT_CHARS_MAX = 8 << 10;
    private static final int PARTITIONS_MAX = 10_000;

    private final TreeMap<Integer, Long> offsets;

    Cursor(Map<Integer, Long> offsets) {
        this.offsets = new TreeMap<>(offsets);
    }

    void seen(int partition, long offset) {
        offsets.put(partition, offset);
    }

    String text() {
        var out = new StringBuilder();
        offsets.forEach((partition, offset) -> out.append(out.length() == 0 ? "" : "_")
                .append(Integer.toString(partition, RADIX))
                .append('.')
                .append(Long.toString(offset, RADIX)));
        return out.toString();
    }

    /** @throws Refusal with 400 when the text is none of ours */
    static Map<Integer, Long> parse(@Nullable String text) {
        var offsets = new HashMap<Integer, Long>();
        if (text == null || text.isEmpty()) {
            return offsets;
        }
        if (text.length() > TEXT_CHARS_MAX) {
            throw refused();
        }
        for (var part : text.split("_", -1)) {
            var dot = part.indexOf('.');
            if (dot < 1) {
                throw refused();
            }
            var partition = number(part.substring(0, dot));
            var offset = number(part.substring(dot + 1));
            if (partition > PARTITIONS_MAX || offsets.put((int) partition, offset) != null) {
                throw refused();
            }
        }
        return offsets;
    }

    private static long number(String text) {
        try {
            var number = Long.parseLong(text, RADIX);
            if (number < 0 || text.charAt(0) == '+') {
                throw refused();
            }
            return number;
        } catch (NumberFormatException e) {
            throw refused();
        }
    }

    private static Refusal refused() {
        return new Refusal(Problem.of(400, "Last-Event-ID must be the id of an event of this stream"));
    }
}

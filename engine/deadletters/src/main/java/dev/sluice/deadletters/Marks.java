package dev.sluice.deadletters;

import dev.sluice.broker.Control.Change;
import dev.sluice.broker.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What became of a topic's letters, in states of a control topic: per {@link #CHUNK} offsets of a partition one state of
 * two bitmaps, which letters are redriven and which are discarded, under {@code PARTITION/CHUNK}. A mark costs O(1) and
 * writes 1 KiB whatever the topic's size. States of chunks that the topic does not have any more are removed, and all
 * when the topic is another one of the same name.
 *
 * <p>Not safe for several threads.
 */
final class Marks {
    /** Offsets of one state. */
    static final int CHUNK = 4_096;

    /** Whose offsets they are. */
    static final String TOPIC = "topic";
    /** Who changed them last. */
    static final String OWNER = "owner";

    private static final int BITMAP_BYTES = CHUNK / 8;
    private static final Pattern KEY = Pattern.compile("(\\d{1,9})/(\\d{1,18})");

    private final Map<String, byte[]> chunks;
    private final List<Change> due = new ArrayList<>();

    private Marks(Map<String, byte[]> chunks) {
        this.chunks = chunks;
    }

    /**
     * As the states have them.
     *
     * @param identity the topic's, as its broker tells it
     */
    static Marks of(Map<String, byte[]> states, String identity) {
        var marks = new Marks(new HashMap<>());
        var known = states.get(TOPIC);
        var same = known != null && new String(known, StandardCharsets.UTF_8).equals(identity);
        if (!same) {
            marks.due.add(Change.put(TOPIC, identity.getBytes(StandardCharsets.UTF_8)));
        }
        states.forEach((key, value) -> {
            if (KEY.matcher(key).matches()) {
                if (same && value.length == 2 * BITMAP_BYTES) {
                    marks.chunks.put(key, value);
                } else {
                    marks.due.add(Change.remove(key));
                }
            }
        });
        return marks;
    }

    /** Forgets what stands before the partitions' starts. */
    void prune(Map<Integer, Long> starts) {
        chunks.keySet().removeIf(key -> {
            var parts = KEY.matcher(key);
            var gone = parts.matches()
                    && (Long.parseLong(parts.group(2)) + 1) * CHUNK
                            <= starts.getOrDefault(Integer.parseInt(parts.group(1)), 0L);
            return gone && due.add(Change.remove(key));
        });
    }

    /** What has to be stored beside marks, at most so many, until it is applied. */
    List<Change> due(int max) {
        return List.copyOf(due.subList(0, Math.min(max, due.size())));
    }

    Mark of(int partition, long offset) {
        var chunk = chunks.get(key(partition, offset));
        if (chunk == null) {
            return Mark.OPEN;
        }
        return has(chunk, 0, offset) ? Mark.REDRIVEN : has(chunk, BITMAP_BYTES, offset) ? Mark.DISCARDED : Mark.OPEN;
    }

    /** The states as they are with these letters marked; nothing here changes until {@link #apply}. */
    List<Change> with(List<StoredEvent> letters, Mark mark) {
        var changed = new LinkedHashMap<String, byte[]>();
        var half = mark == Mark.REDRIVEN ? 0 : BITMAP_BYTES;
        for (var letter : letters) {
            var key = key(letter.partition(), letter.offset());
            var chunk = changed.computeIfAbsent(key, this::copy);
            var bit = (int) (letter.offset() % CHUNK);
            chunk[half + bit / 8] |= (byte) (1 << bit % 8);
        }
        return changed.entrySet().stream()
                .map(entry -> Change.put(entry.getKey(), entry.getValue()))
                .toList();
    }

    private byte[] copy(String key) {
        var chunk = chunks.get(key);
        return chunk == null ? new byte[2 * BITMAP_BYTES] : chunk.clone();
    }

    /** Notes what was stored. */
    void apply(List<Change> changes) {
        due.removeAll(changes);
        for (var change : changes) {
            var value = change.value();
            if (value != null && KEY.matcher(change.key()).matches()) {
                chunks.put(change.key(), value);
            }
        }
    }

    /** How many letters of the partition have the mark, from that offset on. */
    long count(Mark mark, int partition, long start) {
        var half = mark == Mark.REDRIVEN ? 0 : BITMAP_BYTES;
        var count = 0L;
        for (var entry : chunks.entrySet()) {
            var parts = KEY.matcher(entry.getKey());
            if (parts.matches() && Integer.parseInt(parts.group(1)) == partition) {
                var first = Long.parseLong(parts.group(2)) * CHUNK;
                count += count(entry.getValue(), half, (int) Math.min(CHUNK, Math.max(0, start - first)));
            }
        }
        return count;
    }

    private static long count(byte[] chunk, int half, int from) {
        var count = 0L;
        for (var bit = from; bit < CHUNK; bit++) {
            count += has(chunk, half, bit) ? 1 : 0;
        }
        return count;
    }

    /** The first offset that has no mark, from that one on. */
    long firstOpen(int partition, long from) {
        var offset = from;
        byte @Nullable [] chunk = chunks.get(key(partition, offset));
        while (chunk != null && (has(chunk, 0, offset) || has(chunk, BITMAP_BYTES, offset))) {
            offset++;
            if (offset % CHUNK == 0) {
                chunk = chunks.get(key(partition, offset));
            }
        }
        return offset;
    }

    private static boolean has(byte[] chunk, int half, long offset) {
        var bit = (int) (offset % CHUNK);
        return (chunk[half + bit / 8] >> bit % 8 & 1) != 0;
    }

    private static String key(int partition, long offset) {
        return partition + "/" + offset / CHUNK;
    }
}

package dev.sluice.trigger.object;

import dev.sluice.broker.Control.Change;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The versions of objects whose events are stored, and how they are kept as states. Pure: no clock, no I/O. Not for
 * several threads.
 *
 * <p>Each object is 16 bytes of a segment, and each segment a state. New ones go to the last segment until it is full,
 * so that the objects of one commit, which a pass meets one after another, change one or two states and not a thousand.
 * What a state says is what the segment holds: an object that gets another version, or is forgotten, leaves its segment
 * in the same commit. In memory an object takes about 60 bytes.
 */
final class Ledger {
    /** Objects of a segment: 16 KiB. A larger one is written again for each single object that comes. */
    static final int SEGMENT_MAX = 1_024;

    private static final int SEGMENT_MIN = 128;
    private static final int ENTRY_BYTES = 2 * Long.BYTES;
    private static final byte FORMAT = 1;
    private static final String PREFIX = "known-";
    private static final int SLOTS_MIN = 1_024;

    private final int objectsMax;
    private final TreeMap<Integer, Segment> segments = new TreeMap<>();
    private final TreeSet<Integer> changed = new TreeSet<>();

    // An open-addressed table: what is at one index of these belongs together. A segment of 0: the slot is free.
    private long[] paths = new long[SLOTS_MIN];
    private long[] versions = new long[SLOTS_MIN];
    private int[] segmentOf = new int[SLOTS_MIN];
    private int[] seenAt = new int[SLOTS_MIN];
    private int size;

    /** Where a sweep goes on. */
    private int swept;

    private static final class Segment {
        private final long[] paths = new long[SEGMENT_MAX];
        private int count;
    }

    /** @param objectsMax how many objects it knows at most */
    Ledger(int objectsMax) {
        this.objectsMax = objectsMax;
    }

    /** What the states say; other states are left alone. */
    static Ledger of(Map<String, byte[]> states, int objectsMax, int nowSeconds) {
        var ledger = new Ledger(objectsMax);
        states.forEach((key, value) -> {
            if (key.startsWith(PREFIX)) {
                ledger.load(key, ByteBuffer.wrap(value), nowSeconds);
            }
        });
        return ledger;
    }

    private void load(String key, ByteBuffer value, int nowSeconds) {
        if (!value.hasRemaining() || value.get() != FORMAT || value.remaining() % ENTRY_BYTES != 0) {
            throw new IllegalStateException("state '" + key + "' was written by another version, and can't be read");
        }
        var number = Integer.parseInt(key.substring(PREFIX.length()));
        var segment = segments.computeIfAbsent(number, n -> new Segment());
        while (value.hasRemaining()) {
            var path = value.getLong();
            insert(path, value.getLong(), number, nowSeconds);
            segment.paths[segment.count++] = path;
        }
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size >= objectsMax;
    }

    /** How many states are to be written. */
    int changed() {
        return changed.size();
    }

    /** Takes down that the object is still there; whether it is known, in whatever version. */
    boolean seen(long path, int nowSeconds) {
        var slot = slot(path);
        if (segmentOf[slot] == 0) {
            return false;
        }
        seenAt[slot] = nowSeconds;
        return true;
    }

    /** Whether this version is known. */
    boolean has(long path, long version) {
        var slot = slot(path);
        return segmentOf[slot] != 0 && versions[slot] == version;
    }

    /** Knows the object in this version from now on, instead of any other. */
    void put(long path, long version, int nowSeconds) {
        forget(path);
        var number = open();
        insert(path, version, number, nowSeconds);
        add(number, path);
    }

    void forget(long path) {
        var slot = slot(path);
        if (segmentOf[slot] != 0) {
            var number = segmentOf[slot];
            remove(number, path);
            free(slot);
        }
    }

    /**
     * Forgets objects that were last seen before that time, until as many states are changed.
     *
     * @return whether all were looked at
     */
    boolean sweep(int beforeSeconds, int changedMax) {
        for (var next = segments.higherKey(swept); next != null; next = segments.higherKey(swept)) {
            if (changed.size() >= changedMax) {
                return false;
            }
            sweepSegment(next, beforeSeconds);
            swept = next;
        }
        swept = 0;
        return true;
    }

    private void sweepSegment(int number, int beforeSeconds) {
        var segment = segment(number);
        for (var path : Arrays.copyOf(segment.paths, segment.count)) {
            if (seenAt[slot(path)] < beforeSeconds) {
                forget(path);
            }
        }
        if (segment.count > 0 && segment.count < SEGMENT_MIN && number != segments.lastKey()) {
            merge(segment);
        }
    }

    /** Moves what is left of a segment to the last one. */
    private void merge(Segment segment) {
        for (var path : Arrays.copyOf(segment.paths, segment.count)) {
            var slot = slot(path);
            put(path, versions[slot], seenAt[slot]);
        }
    }

    /** The states that differ from what was written last, which are taken as written from now on. */
    List<Change> takeChanges() {
        var changes = new ArrayList<Change>(changed.size());
        for (var number : changed) {
            var segment = segments.get(number);
            changes.add(
                    segment == null ? Change.remove(PREFIX + number) : Change.put(PREFIX + number, encoded(segment)));
        }
        changed.clear();
        return changes;
    }

    private byte[] encoded(Segment segment) {
        var value = ByteBuffer.allocate(1 + segment.count * ENTRY_BYTES).put(FORMAT);
        for (var i = 0; i < segment.count; i++) {
            value.putLong(segment.paths[i]).putLong(versions[slot(segment.paths[i])]);
        }
        return value.array();
    }

    /** The segment that new objects go to. */
    private int open() {
        if (segments.isEmpty()) {
            return 1;
        }
        var last = segments.lastEntry();
        return last.getValue().count < SEGMENT_MAX ? last.getKey() : last.getKey() + 1;
    }

    private Segment segment(int number) {
        return segments.computeIfAbsent(number, n -> new Segment());
    }

    private void add(int number, long path) {
        var segment = segment(number);
        segment.paths[segment.count++] = path;
        changed.add(number);
    }

    private void remove(int number, long path) {
        var segment = segment(number);
        for (var i = 0; i < segment.count; i++) {
            if (segment.paths[i] == path) {
                segment.paths[i] = segment.paths[--segment.count];
                break;
            }
        }
        changed.add(number);
        if (segment.count == 0) {
            segments.remove(number);
        }
    }

    private void insert(long path, long version, int number, int nowSeconds) {
        if (3L * (size + 1) > 2L * paths.length) {
            grow();
        }
        var slot = slot(path);
        size += segmentOf[slot] == 0 ? 1 : 0;
        paths[slot] = path;
        versions[slot] = version;
        segmentOf[slot] = number;
        seenAt[slot] = nowSeconds;
    }

    /** Where the path is, or would be. */
    private int slot(long path) {
        var mask = paths.length - 1;
        var slot = home(path, mask);
        while (segmentOf[slot] != 0 && paths[slot] != path) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** The bits of a digest are as good as random. */
    private static int home(long path, int mask) {
        return (int) path & mask;
    }

    /** Frees a slot, and moves up those behind it that could not be found any more. */
    private void free(int slot) {
        var mask = paths.length - 1;
        var gap = slot;
        for (var next = (gap + 1) & mask; segmentOf[next] != 0; next = (next + 1) & mask) {
            if (((next - home(paths[next], mask)) & mask) >= ((next - gap) & mask)) {
                paths[gap] = paths[next];
                versions[gap] = versions[next];
                segmentOf[gap] = segmentOf[next];
                seenAt[gap] = seenAt[next];
                gap = next;
            }
        }
        segmentOf[gap] = 0;
        size--;
    }

    private void grow() {
        var oldPaths = paths;
        var oldVersions = versions;
        var oldSegments = segmentOf;
        var oldSeen = seenAt;
        var length = paths.length * 2;
        paths = new long[length];
        versions = new long[length];
        segmentOf = new int[length];
        seenAt = new int[length];
        for (var i = 0; i < oldPaths.length; i++) {
            if (oldSegments[i] != 0) {
                var slot = slot(oldPaths[i]);
                paths[slot] = oldPaths[i];
                versions[slot] = oldVersions[i];
                segmentOf[slot] = oldSegments[i];
                seenAt[slot] = oldSeen[i];
            }
        }
    }
}

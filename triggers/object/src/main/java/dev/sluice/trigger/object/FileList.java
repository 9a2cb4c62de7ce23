package dev.sluice.trigger.object;

import dev.sluice.broker.Control.Change;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Versions of files that are kept as states, each of which holds as many as it takes. Not for several threads. */
final class FileList {
    private static final int VALUE_MAX = 48 * 1024;
    private static final int HEAD_BYTES = 2 * Long.BYTES + Short.BYTES;

    private final String prefix;
    private final List<Seen> files = new ArrayList<>();
    private int states;
    private boolean changed;

    /** @param prefix what the keys of its states begin with */
    FileList(String prefix) {
        this.prefix = prefix;
    }

    /** Takes what is stored; other states are left alone. */
    void load(Map<String, byte[]> stored) {
        stored.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                states = Math.max(states, 1 + Integer.parseInt(key.substring(prefix.length())));
                decode(ByteBuffer.wrap(value));
            }
        });
    }

    private void decode(ByteBuffer value) {
        while (value.hasRemaining()) {
            var size = value.getLong();
            var modified = value.getLong();
            var path = new byte[Short.toUnsignedInt(value.getShort())];
            value.get(path);
            files.add(new Seen(new String(path, StandardCharsets.UTF_8), size, modified, ""));
        }
    }

    List<Seen> files() {
        return List.copyOf(files);
    }

    int size() {
        return files.size();
    }

    boolean isEmpty() {
        return files.isEmpty();
    }

    void add(Collection<Seen> more) {
        changed |= files.addAll(more);
    }

    void remove(Collection<Seen> some) {
        changed |= files.removeAll(new HashSet<>(some));
    }

    /** The states that differ from what was written last, which are taken as written from now on. */
    List<Change> takeChanges() {
        if (!changed) {
            return List.of();
        }
        changed = false;
        var changes = new ArrayList<Change>();
        var value = ByteBuffer.allocate(VALUE_MAX);
        for (var file : files) {
            var path = file.path().getBytes(StandardCharsets.UTF_8);
            if (value.remaining() < HEAD_BYTES + path.length) {
                changes.add(Change.put(prefix + changes.size(), taken(value)));
            }
            value.putLong(file.size())
                    .putLong(file.modifiedNanos())
                    .putShort((short) path.length)
                    .put(path);
        }
        if (value.position() > 0) {
            changes.add(Change.put(prefix + changes.size(), taken(value)));
        }
        var needed = changes.size();
        for (var surplus = needed; surplus < states; surplus++) {
            changes.add(Change.remove(prefix + surplus));
        }
        states = needed;
        return changes;
    }

    private static byte[] taken(ByteBuffer value) {
        var bytes = new byte[value.position()];
        value.flip().get(bytes);
        value.clear();
        return bytes;
    }
}

package dev.sluice.broker.memory;

import dev.sluice.broker.Control;
import dev.sluice.broker.Control.Change;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.zip.CRC32C;

/** The bytes of a {@link StateLog}: what one commit changes, and the header that tells whether it is whole. */
final class StateRecord {
    static final int HEADER_BYTES = 12;
    /** No record is longer: what a commit may bring, with the longest keys. */
    private static final int LENGTH_MAX = Control.CHANGES_MAX_BYTES
            + Control.CHANGES_MAX * (Control.NAME_MAX * 4 + 2 * Integer.BYTES)
            + Integer.BYTES;

    private static final byte[] MARK = "SLUICE-STATES-1\n".getBytes(StandardCharsets.US_ASCII);
    static final int MARK_BYTES = MARK.length;
    private static final int PART_BYTES = 1 << 20;

    private StateRecord() {}

    static ByteBuffer mark() {
        return ByteBuffer.wrap(MARK.clone());
    }

    static boolean isMark(byte[] bytes) {
        return Arrays.equals(bytes, MARK);
    }

    static ByteBuffer of(List<Change> changes) {
        var keys = new ArrayList<byte[]>(changes.size());
        var bytes = Integer.BYTES;
        for (var change : changes) {
            var key = change.key().getBytes(StandardCharsets.UTF_8);
            keys.add(key);
            var value = change.value();
            bytes += 2 * Integer.BYTES + key.length + (value == null ? 0 : value.length);
        }
        var record = ByteBuffer.allocate(HEADER_BYTES + bytes);
        record.position(HEADER_BYTES).putInt(keys.size());
        for (var i = 0; i < keys.size(); i++) {
            var value = changes.get(i).value();
            record.putInt(keys.get(i).length).put(keys.get(i));
            record.putInt(value == null ? -1 : value.length);
            if (value != null) {
                record.put(value);
            }
        }
        record.putInt(0, bytes);
        record.putInt(4, checksum(record.array(), 0, 4));
        record.putInt(8, checksum(record.array(), HEADER_BYTES, bytes));
        return record.flip();
    }

    /** The length of the changes behind the header; -1 when it is none. */
    static int length(ByteBuffer header) {
        var length = header.getInt(0);
        var whole = checksum(header) == header.getInt(4);
        return whole && length >= Integer.BYTES && length <= LENGTH_MAX ? length : -1;
    }

    static boolean isWhole(ByteBuffer header, byte[] changes) {
        return checksum(changes, 0, changes.length) == header.getInt(8);
    }

    private static int checksum(ByteBuffer header) {
        var sum = new CRC32C();
        sum.update(header.duplicate().position(0).limit(Integer.BYTES));
        return (int) sum.getValue();
    }

    private static int checksum(byte[] bytes, int from, int length) {
        var sum = new CRC32C();
        sum.update(bytes, from, length);
        return (int) sum.getValue();
    }

    static void apply(byte[] changes, Map<String, byte[]> states) {
        var in = ByteBuffer.wrap(changes);
        for (var left = in.getInt(); left > 0; left--) {
            var key = new String(take(in, in.getInt()), StandardCharsets.UTF_8);
            var length = in.getInt();
            if (length < 0) {
                states.remove(key);
            } else {
                states.put(key, take(in, length));
            }
        }
    }

    private static byte[] take(ByteBuffer in, int length) {
        var bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /** The states in parts that a record can hold, one after another. */
    static Iterable<List<Change>> parts(Map<String, byte[]> states) {
        return () -> new Parts(states.entrySet().iterator());
    }

    private static final class Parts implements Iterator<List<Change>> {
        private final Iterator<Map.Entry<String, byte[]>> states;

        private Parts(Iterator<Map.Entry<String, byte[]>> states) {
            this.states = states;
        }

        @Override
        public boolean hasNext() {
            return states.hasNext();
        }

        @Override
        public List<Change> next() {
            if (!states.hasNext()) {
                throw new NoSuchElementException();
            }
            var part = new ArrayList<Change>();
            var bytes = 0;
            while (states.hasNext() && bytes < PART_BYTES && part.size() < Control.CHANGES_MAX) {
                var state = states.next();
                part.add(Change.put(state.getKey(), state.getValue()));
                bytes += state.getValue().length;
            }
            return part;
        }
    }
}

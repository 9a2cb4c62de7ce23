package dev.sluice.broker.kafka;

import java.util.Arrays;

/** Writes numbers bit by bit, the highest bit first, into bytes that grow as needed. Not for several threads. */
final class BitWriter {
    private byte[] bytes = new byte[64];
    private int bits;

    /** The low {@code width} (0 to 64) bits of the value. */
    void bits(long value, int width) {
        if (bits + width > bytes.length * 8) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        for (var left = width; left > 0; ) {
            var free = 8 - (bits & 7);
            var taken = Math.min(free, left);
            left -= taken;
            var part = (int) (value >>> left) & ((1 << taken) - 1);
            bytes[bits >> 3] |= (byte) (part << (free - taken));
            bits += taken;
        }
    }

    /** A number from 0 on: six bits that tell its width, then itself. */
    void number(long value) {
        var width = Long.SIZE - Long.numberOfLeadingZeros(value);
        bits(width, 6);
        bits(value, width);
    }

    /** A number from 1 on in Elias' gamma code: short when small. */
    void gamma(long value) {
        var width = Long.SIZE - Long.numberOfLeadingZeros(value);
        bits(0, width - 1);
        bits(value, width);
    }

    /** The bits that {@link #gamma} takes. */
    static int gammaBits(long value) {
        return 2 * (Long.SIZE - Long.numberOfLeadingZeros(value)) - 1;
    }

    /** All that was written; the last byte is filled up with zeros. */
    byte[] toByteArray() {
        return Arrays.copyOf(bytes, (bits + 7) >> 3);
    }
}

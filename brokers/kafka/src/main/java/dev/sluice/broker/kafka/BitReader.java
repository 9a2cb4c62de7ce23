package dev.sluice.broker.kafka;

/**
 * Reads what a {@link BitWriter} wrote. Never throws: past the end it reads zeros, and {@link #failed} says so.
 * Not for several threads.
 */
final class BitReader {
    private final byte[] bytes;
    private final int end;
    private int at;
    private boolean failed;

    BitReader(byte[] bytes, int fromByte) {
        this.bytes = bytes;
        this.at = fromByte * 8;
        this.end = bytes.length * 8;
    }

    /** Whether something was read that is not there, or that no writer writes. */
    boolean failed() {
        return failed;
    }

    /** Bits that are still there. */
    int left() {
        return end - at;
    }

    /** As many bits as the width says (0 to 64). */
    long bits(int width) {
        if (width > left()) {
            failed = true;
            at = end;
            return 0;
        }
        var value = 0L;
        for (var left = width; left > 0; ) {
            var there = 8 - (at & 7);
            var taken = Math.min(there, left);
            value = (value << taken) | ((bytes[at >> 3] >> (there - taken)) & ((1 << taken) - 1));
            at += taken;
            left -= taken;
        }
        return value;
    }

    /** A number from 0 on. */
    long number() {
        return bits((int) bits(6));
    }

    /** A number from 1 on in Elias' gamma code. */
    long gamma() {
        var zeros = 0;
        while (bits(1) == 0) {
            if (failed || ++zeros == Long.SIZE - 1) {
                failed = true;
                return 1;
            }
        }
        return (1L << zeros) | bits(zeros);
    }
}

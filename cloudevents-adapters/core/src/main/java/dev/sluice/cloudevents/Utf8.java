package dev.sluice.cloudevents;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Strict UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
final class Utf8 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    static boolean isValid(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int at = offset;
        while (at < end) {
            if (at + 32 <= end && (folded(bytes, at) & HIGH_BITS) == 0) {
                at += 32;
            } else if (at + 8 <= end && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
                at += 8;
            } else if (bytes[at] >= 0) {
                at++;
            } else {
                int next = sequenceEnd(bytes, at, end);
                if (next < 0) {
                    return false;
                }
                at = next;
            }
        }
        return true;
    }

    /** The bits of 32 bytes, one word over the other. */
    private static long folded(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at)
                | (long) LONGS.get(bytes, at + 8)
                | (long) LONGS.get(bytes, at + 16)
                | (long) LONGS.get(bytes, at + 24);
    }

    /** Where the sequence of a lead byte ends; -1 when it is none. */
    private static int sequenceEnd(byte[] bytes, int at, int end) {
        int lead = bytes[at] & 0xff;
        if (lead < 0xc2 || lead > 0xf4) {
            return -1;
        }
        int next = at + (lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
        if (next > end) {
            return -1;
        }
        int second = bytes[at + 1] & 0xff;
        int lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (second < lowest || second > highest) {
            return -1;
        }
        for (int i = at + 2; i < next; i++) {
            if ((bytes[i] & 0xc0) != 0x80) {
                return -1;
            }
        }
        return next;
    }
}

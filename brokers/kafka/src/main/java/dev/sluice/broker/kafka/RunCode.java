package dev.sluice.broker.kafka;

import org.jspecify.annotations.Nullable;

/**
 * How runs of done offsets are written: as lengths, by turns of what is open and of what is done, from the position on.
 * Open lengths stand in Elias' gamma code. Done lengths stand in Rice's code, with the parameter that makes all of them
 * shortest; those that would be very long, as after a compaction that took a billion records, as plain 63 bits.
 *
 * <p>So the worst case depends on two numbers only, how many offsets are open and how far they are apart: an open run
 * of n offsets and the parameter b of the run after it cost no more than n x (2 + b) bits, and all the rest of the done
 * lengths no more than their sum / 2^b bits. See {@link #bitsMax}.
 *
 * <p>Runs are pairs of longs: the first offset, and the one after the last; ascending, apart, all beyond the position.
 */
final class RunCode {
    /** What all runs together may take: what the rest of {@link CommitMetadata} leaves them of 3,000 bytes. */
    static final int BITS = 22_304;
    /** A gap from this length on counts as one long run in {@link #bitsMax}, whatever its length. */
    static final long GAP_LONG = 1 << 16;

    /** So many ones tell that a plain number follows. */
    private static final int PLAIN = 32;

    private static final int PLAIN_BITS = PLAIN + 63;
    private static final int PARAMETER_MAX = 40;
    /** The most that an open run and the done one after it can take, however long they are. */
    private static final int RUN_BITS_MAX = BitWriter.gammaBits(Long.MAX_VALUE) + PLAIN_BITS;

    private RunCode() {}

    /**
     * The most bits that runs can take, whichever of the open offsets get done in whatever order.
     *
     * @param open offsets that are open
     * @param span offsets from the lowest open one to the last done one, without those in long gaps
     * @param longGaps how many gaps of {@link #GAP_LONG} or more are among them
     */
    static long bitsMax(long open, long span, long longGaps) {
        if (open == 0) {
            return 0;
        }
        var low = Math.min(Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, span / open)), PARAMETER_MAX - 1);
        return longGaps * PLAIN_BITS + Math.min(bitsMaxWith(low, open, span), bitsMaxWith(low + 1, open, span));
    }

    private static long bitsMaxWith(int parameter, long open, long span) {
        return open * (2 + parameter) + (span >> parameter) + 1;
    }

    /** How many of the first runs fit into {@link #BITS}. */
    static int fitting(long position, long[] runs, int count) {
        if (count <= BITS / RUN_BITS_MAX) {
            return count;
        }
        var parameter = parameter(runs, count);
        var bits = 0L;
        var end = position;
        for (var i = 0; i < count; i++) {
            bits += BitWriter.gammaBits(runs[2 * i] - end) + doneBits(runs[2 * i + 1] - runs[2 * i], parameter);
            if (bits > BITS) {
                return i;
            }
            end = runs[2 * i + 1];
        }
        return count;
    }

    static void write(BitWriter to, long position, long[] runs) {
        var count = runs.length / 2;
        var parameter = parameter(runs, count);
        to.number(count);
        to.bits(parameter, 6);
        var end = position;
        for (var i = 0; i < count; i++) {
            to.gamma(runs[2 * i] - end);
            end = runs[2 * i + 1];
            writeDone(to, end - runs[2 * i] - 1, parameter);
        }
    }

    /** The runs; null when what is there can't be runs. */
    static long @Nullable [] read(BitReader from, long position) {
        var count = from.number();
        var parameter = (int) from.bits(6);
        if (from.failed() || count > from.left() / 2 || parameter > PARAMETER_MAX) {
            return null;
        }
        var runs = new long[(int) count * 2];
        var end = position;
        for (var i = 0; i < runs.length; i += 2) {
            runs[i] = end + from.gamma();
            runs[i + 1] = runs[i] + 1 + readDone(from, parameter);
            if (from.failed() || runs[i] <= end || runs[i + 1] <= runs[i]) {
                return null;
            }
            end = runs[i + 1];
        }
        return runs;
    }

    private static int parameter(long[] runs, int count) {
        var longest = 0L;
        for (var i = 0; i < count; i++) {
            longest = Math.max(longest, runs[2 * i + 1] - runs[2 * i]);
        }
        var best = 0;
        var bitsOfBest = Long.MAX_VALUE;
        for (var parameter = 0; parameter <= PARAMETER_MAX && longest >> parameter > 0; parameter++) {
            var bits = 0L;
            for (var i = 0; i < count; i++) {
                bits += doneBits(runs[2 * i + 1] - runs[2 * i], parameter);
            }
            if (bits < bitsOfBest) {
                best = parameter;
                bitsOfBest = bits;
            }
        }
        return best;
    }

    private static int doneBits(long length, int parameter) {
        var quotient = (length - 1) >> parameter;
        return quotient < PLAIN ? (int) quotient + 1 + parameter : PLAIN_BITS;
    }

    private static void writeDone(BitWriter to, long rest, int parameter) {
        var quotient = rest >> parameter;
        if (quotient < PLAIN) {
            to.bits((1L << (quotient + 1)) - 2, (int) quotient + 1);
            to.bits(rest, parameter);
        } else {
            to.bits((1L << PLAIN) - 1, PLAIN);
            to.bits(rest, 63);
        }
    }

    private static long readDone(BitReader from, int parameter) {
        var quotient = 0;
        while (from.bits(1) == 1) {
            if (++quotient == PLAIN) {
                return from.bits(63);
            }
        }
        return ((long) quotient << parameter) | from.bits(parameter);
    }
}

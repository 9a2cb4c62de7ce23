package dev.sluice.broker.kafka;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What is stored with a partition's position: which offsets beyond it are done, how often the lowest open ones were
 * tried, and whose work it is. Immutable.
 *
 * <p>Its text is {@code sluice1:} and, in Base64 without padding, a CRC32C of all else and a stream of bits: the
 * position, the triggers' hash, the clean flag, the tried offsets, the runs ({@link RunCode}). The position stands in
 * it so that a text is of no use at any other position, be it that somebody moved the one or copied the other. Never
 * longer than {@link #CHARS_MAX}: what would not fit was left out before, from the highest offsets down.
 */
final class CommitMetadata {
    /** What Kafka takes by default ({@code offset.metadata.max.bytes}). */
    static final int CHARS_MAX = 4_096;
    /** The most offsets whose tries are kept. */
    static final int TRIED_MAX = 16;

    private static final String NAME = "sluice";
    private static final String PREFIX = NAME + "1:";
    private static final int CHECKSUM_BYTES = 4;
    private static final int TRIES_MAX = 1_023;
    private static final int DEATHS_MAX = 7;

    private final long position;
    private final long triggers;
    private final boolean clean;
    private final List<Tried> tried;
    private final long[] runs;
    private final int leftOut;

    /**
     * An open offset with a past.
     *
     * @param tries tries that are known to have begun; at most 1,023 are told apart
     * @param deaths how often a reader of the partition went away while the offset was one of the lowest open ones;
     *     at most 7 are told apart
     */
    record Tried(long offset, int tries, int deaths) {
        Tried {
            tries = Math.min(tries, TRIES_MAX);
            deaths = Math.min(deaths, DEATHS_MAX);
        }
    }

    /** What {@link #decode} makes of a text: {@link Usable} or {@link Unusable}. */
    sealed interface Decoded permits Usable, Unusable {}

    /** Metadata that may be relied on. */
    record Usable(CommitMetadata metadata) implements Decoded {}

    /** A text that must not be relied on; the position alone counts. */
    record Unusable(Reason reason) implements Decoded {}

    /** Why a text is of no use. */
    enum Reason {
        /** There is none. */
        ABSENT("is not there"),
        /** Another program wrote it. */
        FOREIGN("was not written by Sluice"),
        /** It is not what was written. */
        DAMAGED("is damaged"),
        /** A later version wrote it. */
        NEWER("was written by a newer version of Sluice"),
        /** It belongs to another position of the partition, or to another partition. */
        ELSEWHERE("belongs to another position");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        /** What is said of the text, to be put after "the metadata". */
        String words() {
            return words;
        }
    }

    /**
     * Metadata of the first runs, as many as fit.
     *
     * @param position the lowest open offset, or the next expected
     * @param triggers see {@link #hashOf}
     * @param clean whether no try is under way that is not counted in {@code tried}
     * @param tried ascending, at or beyond the position, at most {@link #TRIED_MAX}
     * @param runs pairs of a first done offset and the one after the last; ascending, apart, beyond the position
     * @param count how many pairs there are
     */
    static CommitMetadata of(long position, long triggers, boolean clean, List<Tried> tried, long[] runs, int count) {
        var fitting = RunCode.fitting(position, runs, count);
        return new CommitMetadata(
                position, triggers, clean, List.copyOf(tried), Arrays.copyOf(runs, 2 * fitting), count - fitting);
    }

    private CommitMetadata(long position, long triggers, boolean clean, List<Tried> tried, long[] runs, int leftOut) {
        this.position = position;
        this.triggers = triggers;
        this.clean = clean;
        this.tried = tried;
        this.runs = runs;
        this.leftOut = leftOut;
    }

    /** A hash of the names, whatever their order; 64 bits of SHA-256. */
    static long hashOf(List<String> triggers) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            for (var name : triggers.stream().sorted().toList()) {
                var bytes = name.getBytes(StandardCharsets.UTF_8);
                sha.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
                sha.update(bytes);
            }
            return ByteBuffer.wrap(sha.digest()).getLong();
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }

    long position() {
        return position;
    }

    /** See {@link #hashOf}. */
    long triggers() {
        return triggers;
    }

    /** Whether no try was under way that is not counted. */
    boolean clean() {
        return clean;
    }

    /** The lowest open offsets that have a past, ascending. */
    List<Tried> tried() {
        return tried;
    }

    /** How many runs of done offsets there are. */
    int runs() {
        return runs.length / 2;
    }

    /** How many runs it was made without, since they would not fit; what was decoded does not know. */
    int leftOut() {
        return leftOut;
    }

    /** The first offset of a run. */
    long runStart(int run) {
        return runs[2 * run];
    }

    /** The offset after the last one of a run. */
    long runEnd(int run) {
        return runs[2 * run + 1];
    }

    /** The text to commit; at most {@link #CHARS_MAX} characters of ASCII. */
    String encode() {
        var out = new BitWriter();
        out.bits(0, CHECKSUM_BYTES * 8);
        out.bits(position, 63);
        out.bits(triggers, 64);
        out.bits(clean ? 1 : 0, 1);
        out.bits(tried.size(), 5);
        var from = position;
        for (var one : tried) {
            out.number(one.offset() - from);
            out.number(one.tries());
            out.number(one.deaths());
            from = one.offset();
        }
        RunCode.write(out, position, runs);
        var bytes = out.toByteArray();
        ByteBuffer.wrap(bytes).putInt(checksum(bytes));
        return PREFIX + Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }

    private static int checksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(PREFIX.getBytes(StandardCharsets.US_ASCII));
        crc.update(bytes, CHECKSUM_BYTES, bytes.length - CHECKSUM_BYTES);
        return (int) crc.getValue();
    }

    /**
     * What the text of a commit says. Never throws; its work is bounded by {@link #CHARS_MAX}.
     *
     * @param text what stands with the committed position, from whomever; null or empty when nothing does
     * @param position the committed position
     */
    static Decoded decode(@Nullable String text, long position) {
        if (text == null || text.isEmpty()) {
            return new Unusable(Reason.ABSENT);
        }
        if (!text.startsWith(PREFIX)) {
            return new Unusable(versionOf(text));
        }
        var bytes = text.length() <= CHARS_MAX ? bytesOf(text) : null;
        if (bytes == null
                || bytes.length < CHECKSUM_BYTES
                || ByteBuffer.wrap(bytes).getInt() != checksum(bytes)) {
            return new Unusable(Reason.DAMAGED);
        }
        var metadata = read(new BitReader(bytes, CHECKSUM_BYTES));
        if (metadata == null) {
            return new Unusable(Reason.DAMAGED);
        }
        return metadata.position == position ? new Usable(metadata) : new Unusable(Reason.ELSEWHERE);
    }

    /** What a text is that was not written in this version. */
    private static Reason versionOf(String text) {
        var end = text.indexOf(':');
        if (!text.startsWith(NAME) || end <= NAME.length() || end > NAME.length() + 4) {
            return Reason.FOREIGN;
        }
        var version = 0;
        for (var i = NAME.length(); i < end; i++) {
            var digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return Reason.FOREIGN;
            }
            version = 10 * version + digit;
        }
        return version > 1 ? Reason.NEWER : Reason.DAMAGED;
    }

    /** The bytes of a text of this version; null when it is no text that {@link #encode} could have written. */
    private static byte @Nullable [] bytesOf(String text) {
        var digits = text.substring(PREFIX.length());
        try {
            var bytes = Base64.getDecoder().decode(digits);
            // The decoder ignores bits that the last character has in excess.
            var same =
                    Base64.getEncoder().withoutPadding().encodeToString(bytes).equals(digits);
            return same ? bytes : null;
        } catch (IllegalArgumentException bad) {
            return null;
        }
    }

    private static @Nullable CommitMetadata read(BitReader in) {
        var position = in.bits(63);
        var triggers = in.bits(64);
        var clean = in.bits(1) == 1;
        var tried = new Tried[(int) in.bits(5)];
        var from = position;
        for (var i = 0; i < tried.length; i++) {
            var offset = from + in.number();
            tried[i] = new Tried(offset, (int) in.number(), (int) in.number());
            if (offset < from || (i > 0 && offset == from) || tried[i].tries() < 0 || tried[i].deaths() < 0) {
                return null;
            }
            from = offset;
        }
        var runs = RunCode.read(in, position);
        if (runs == null || tried.length > TRIED_MAX || in.left() >= 8 || in.bits(in.left()) != 0 || in.failed()) {
            return null;
        }
        return new CommitMetadata(position, triggers, clean, List.of(tried), runs, 0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CommitMetadata that
                && position == that.position
                && triggers == that.triggers
                && clean == that.clean
                && tried.equals(that.tried)
                && Arrays.equals(runs, that.runs);
    }

    @Override
    public int hashCode() {
        return Objects.hash(position, triggers, clean, tried, Arrays.hashCode(runs));
    }

    @Override
    public String toString() {
        return "position " + position + (clean ? ", clean" : "") + ", done beyond it " + Arrays.toString(runs)
                + ", tried " + tried;
    }
}

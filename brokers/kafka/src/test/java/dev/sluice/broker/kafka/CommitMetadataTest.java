package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.kafka.CommitMetadata.Reason;
import dev.sluice.broker.kafka.CommitMetadata.Tried;
import dev.sluice.broker.kafka.CommitMetadata.Unusable;
import dev.sluice.broker.kafka.CommitMetadata.Usable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The text of a commit: what is written comes back, and nothing else is ever believed. */
class CommitMetadataTest {
    private static final String PREFIX = "sluice1:";

    /** Any metadata: offsets up to 2^62, few or many runs, short ones and very long ones, 0 to 16 tried offsets. */
    private static CommitMetadata any(long seed, int runCount) {
        var random = new Random(seed);
        var position = random.nextLong() >>> (2 + random.nextInt(62));
        var runs = new long[2 * runCount];
        var end = position;
        for (var i = 0; i < runs.length; i += 2) {
            runs[i] = end + 1 + (random.nextInt(3) == 0 ? random.nextInt(1 << random.nextInt(12)) : 0);
            runs[i + 1] = runs[i] + 1 + random.nextInt(1 << random.nextInt(i % 64 == 0 ? 31 : 10));
            end = runs[i + 1];
        }
        var tried = new ArrayList<Tried>();
        var offset = position;
        for (var count = random.nextInt(CommitMetadata.TRIED_MAX + 1); count > 0; count--) {
            tried.add(new Tried(offset, random.nextInt(1 << random.nextInt(12)), random.nextInt(10)));
            offset += 1 + random.nextInt(1 << random.nextInt(31));
        }
        return CommitMetadata.of(position, random.nextLong(), random.nextBoolean(), tried, runs, runCount);
    }

    private static CommitMetadata.Decoded decode(CommitMetadata metadata) {
        return CommitMetadata.decode(metadata.encode(), metadata.position());
    }

    private static Reason reason(String text, long position) {
        return CommitMetadata.decode(text, position) instanceof Unusable unusable ? unusable.reason() : fail(text);
    }

    private static Reason fail(String text) {
        throw new AssertionError("was believed: " + text);
    }

    @Property(tries = 400)
    void comesBackAsItWasWritten(@ForAll long seed, @ForAll @IntRange(max = 1_500) int runs) {
        var metadata = any(seed, runs);
        assertThat(metadata.encode()).hasSizeLessThanOrEqualTo(CommitMetadata.CHARS_MAX);
        assertThat(decode(metadata)).isEqualTo(new Usable(metadata));
    }

    @Property(tries = 10)
    void isDamagedWhenTruncatedAnywhere(@ForAll long seed, @ForAll @IntRange(max = 300) int runs) {
        var metadata = any(seed, runs);
        var text = metadata.encode();
        for (var length = 1; length < text.length(); length++) {
            var expected = length < PREFIX.length() ? Reason.FOREIGN : Reason.DAMAGED;
            assertThat(reason(text.substring(0, length), metadata.position())).isEqualTo(expected);
        }
    }

    @Property(tries = 10)
    void isNotBelievedWhenAnyOneBitIsFlipped(@ForAll long seed, @ForAll @IntRange(max = 40) int runs) {
        var metadata = any(seed, runs);
        var text = metadata.encode();
        for (var at = 0; at < text.length(); at++) {
            for (var bit = 0; bit < 9; bit++) {
                var flipped = text.toCharArray();
                flipped[at] ^= (char) (1 << bit);
                assertThat(reason(new String(flipped), metadata.position()))
                        .isIn(Reason.FOREIGN, Reason.DAMAGED, Reason.NEWER);
            }
        }
    }

    @Property(tries = 500)
    void isNotBelievedWhenTwoTextsAreMixed(@ForAll long seed, @ForAll @IntRange(max = 100) int runs) {
        var one = any(seed, runs).encode();
        var other = any(seed + 1, runs).encode();
        var cut = new Random(seed).nextInt(Math.min(one.length(), other.length()) - PREFIX.length() - 8)
                + PREFIX.length()
                + 1;
        var mixed = one.substring(0, cut) + other.substring(cut);
        Assume.that(!mixed.equals(one) && !mixed.equals(other));
        assertThat(reason(mixed, any(seed, runs).position())).isEqualTo(Reason.DAMAGED);
    }

    @Property(tries = 5_000)
    void neverThrowsWhateverItIsGiven(@ForAll String text, @ForAll long position) {
        assertThat(reason(text, position)).isNotNull();
        assertThat(reason(PREFIX + text, position)).isEqualTo(Reason.DAMAGED);
    }

    /** Bytes that no writer wrote behind a checksum that is right, as a writer with a fault would leave them. */
    @Property(tries = 5_000)
    void believesOnlyRunsThatAscendBeyondThePosition(@ForAll byte[] body, @ForAll @IntRange(max = 200) int kept) {
        var written = any(body.length + kept, 20).encode();
        var base = Base64.getDecoder().decode(written.substring(PREFIX.length()));
        var bytes = Arrays.copyOf(base, Math.min(base.length, 4 + kept) + body.length);
        System.arraycopy(body, 0, bytes, bytes.length - body.length, body.length);
        var position = bytes.length < 12 ? 0 : ByteBuffer.wrap(bytes).getLong(4) >>> 1;

        var decoded = CommitMetadata.decode(withChecksum(bytes), position);

        if (decoded instanceof Usable usable) {
            var end = position;
            for (var run = 0; run < usable.metadata().runs(); run++) {
                assertThat(usable.metadata().runStart(run)).isGreaterThan(end);
                assertThat(usable.metadata().runEnd(run))
                        .isGreaterThan(usable.metadata().runStart(run));
                end = usable.metadata().runEnd(run);
            }
            assertThat(usable.metadata().tried()).hasSizeLessThanOrEqualTo(16);
        }
    }

    private static String withChecksum(byte[] bytes) {
        var padded = bytes.length < 4 ? Arrays.copyOf(bytes, 4) : bytes;
        var crc = new CRC32C();
        crc.update(PREFIX.getBytes(StandardCharsets.US_ASCII));
        crc.update(padded, 4, padded.length - 4);
        ByteBuffer.wrap(padded).putInt((int) crc.getValue());
        return PREFIX + Base64.getEncoder().withoutPadding().encodeToString(padded);
    }

    @Test
    void isAbsentWhenNothingStandsThere() {
        assertThat(CommitMetadata.decode(null, 5)).isEqualTo(new Unusable(Reason.ABSENT));
        assertThat(reason("", 5)).isEqualTo(Reason.ABSENT);
    }

    @Test
    void isForeignWhenAnotherProgramWroteIt() {
        for (var text :
                List.of(" ", "parallel-consumer", "bitset:AAAA", "{\"a\":1}", "sluice", "sluice:1", "sluicegate:")) {
            assertThat(reason(text, 5)).as(text).isEqualTo(Reason.FOREIGN);
        }
    }

    @Test
    void isNewerWhenALaterVersionWroteIt() {
        var digits = any(1, 3).encode().substring(PREFIX.length());
        for (var version : List.of("2", "10", "9999")) {
            assertThat(reason("sluice" + version + ":" + digits, any(1, 3).position()))
                    .isEqualTo(Reason.NEWER);
        }
    }

    @Test
    void isOfNoUseAtAnotherPosition() {
        var metadata = any(1, 3);
        assertThat(reason(metadata.encode(), metadata.position() + 1)).isEqualTo(Reason.ELSEWHERE);
    }

    @Test
    void isDamagedWhenLongerThanAnyCommit() {
        assertThat(reason(PREFIX + "A".repeat(CommitMetadata.CHARS_MAX), 0)).isEqualTo(Reason.DAMAGED);
        assertThat(reason(PREFIX + "A".repeat(10_000_000), 0)).isEqualTo(Reason.DAMAGED);
    }

    @Test
    void leavesOutTheHighestRunsWhenNotAllFit() {
        var runs = new long[2 * 3_000];
        for (var i = 0; i < runs.length; i += 2) {
            runs[i] = 1_000L * (i + 1);
            runs[i + 1] = runs[i] + 1 + i % 999;
        }
        var metadata = CommitMetadata.of(0, 1, false, List.of(), runs, 3_000);

        assertThat(metadata.runs()).isBetween(500, 2_999);
        assertThat(metadata.encode().length()).isBetween(3_700, CommitMetadata.CHARS_MAX);
        assertThat(decode(metadata)).isEqualTo(new Usable(metadata));
        for (var run = 0; run < metadata.runs(); run++) {
            assertThat(metadata.runStart(run)).isEqualTo(runs[2 * run]);
            assertThat(metadata.runEnd(run)).isEqualTo(runs[2 * run + 1]);
        }
    }

    @Test
    void takesNoMoreThanTheOpenOffsetsNeedWhenEverySecondOneIsDone() {
        var runs = new long[2 * 1_500];
        for (var i = 0; i < runs.length; i += 2) {
            runs[i] = 1 + 2L * (i / 2);
            runs[i + 1] = runs[i] + 1;
        }
        assertThat(CommitMetadata.of(0, 1, false, List.of(), runs, 1_500).encode())
                .hasSizeLessThan(600);
    }

    @Test
    void hashesTheNamesOfTriggersWhateverTheirOrder() {
        assertThat(CommitMetadata.hashOf(List.of("a", "b"))).isEqualTo(CommitMetadata.hashOf(List.of("b", "a")));
        assertThat(List.of(List.of("ab"), List.of("a", "b"), List.of("b"), List.of("", "ab"), List.<String>of()))
                .extracting(CommitMetadata::hashOf)
                .doesNotHaveDuplicates();
    }
}

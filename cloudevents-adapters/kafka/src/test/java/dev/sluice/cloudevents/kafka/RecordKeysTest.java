package dev.sluice.cloudevents.kafka;

import static dev.sluice.cloudevents.kafka.Samples.KAFKA;
import static dev.sluice.cloudevents.kafka.Samples.bytes;
import static dev.sluice.cloudevents.kafka.Samples.minimal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.WireEvent;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Which key a record has, and the text that stands for it. */
class RecordKeysTest {
    private static final WireEvent PARTITIONED =
            minimal().extension("partitionkey", "customer-42").build();

    @Example
    void isItsOwnTextWhenItIsOne() {
        assertThat(KafkaRecords.keyOf(null)).isNull();
        assertThat(KafkaRecords.keyOf(new byte[0])).isEmpty();
        assertThat(KafkaRecords.keyOf(bytes("customer €"))).isEqualTo("customer €");
        assertThat(KafkaRecords.keyOf(bytes("\ufffd"))).isEqualTo("\ufffd");
    }

    @Example
    void isHexadecimalBehindTheNullCharacterWhenItIsNone() {
        assertThat(KafkaRecords.keyOf(new byte[] {-1, 16})).isEqualTo("\0ff10");
        assertThat(KafkaRecords.keyOf(new byte[] {0, 0, 0, 42})).isEqualTo("\0" + "0000002a");
        assertThat(KafkaRecords.keyOf(new byte[] {0})).isEqualTo("\0" + "00");
    }

    @Property(tries = 5_000)
    void givesBackItsBytes(@ForAll("keys") byte[] key) {
        assertThat(KafkaRecords.keyBytes(KafkaRecords.keyOf(key))).isEqualTo(key);
    }

    @Property(tries = 5_000)
    void isDistinctForDistinctKeys(@ForAll("keys") byte[] one, @ForAll("keys") byte[] other) {
        assertThat(KafkaRecords.keyOf(one).equals(KafkaRecords.keyOf(other))).isEqualTo(Arrays.equals(one, other));
    }

    @Property(tries = 1_000)
    void takesAnyTextForAKey(@ForAll String text) {
        assertThat(KafkaRecords.keyBytes(text)).isNotNull();
    }

    @Example
    void comesFromTheWriterElseFromPartitionkeyElseThereIsNone() {
        assertThat(KAFKA.encode("t", PARTITIONED, "mine").key()).isEqualTo(bytes("mine"));
        assertThat(KAFKA.encode("t", PARTITIONED, null).key()).isEqualTo(bytes("customer-42"));
        assertThat(KAFKA.encode("t", minimal().build(), null).key()).isNull();
        assertThat(KAFKA.encode("t", PARTITIONED, "").key()).isEmpty();
    }

    @Example
    void leavesThePartitionkeyInTheEventAndAddsNoneToIt() {
        assertThat(Samples.decode(KAFKA.encode("t", PARTITIONED, "mine"))).isEqualTo(PARTITIONED);
        assertThat(Samples.decode(KAFKA.encode("t", minimal().build(), "mine")))
                .isEqualTo(minimal().build());
    }

    @Example
    void comesFromACustomMapping() {
        KafkaRecords bySource = KAFKA.withKeys(event -> event.getSource().toString());

        assertThat(bySource.encode("t", PARTITIONED, null).key()).isEqualTo(bytes("/shop"));
        assertThat(bySource.encode("t", PARTITIONED, "mine").key()).isEqualTo(bytes("mine"));
        assertThat(KAFKA.withKeys(KeyMapping.NONE)
                        .encode("t", PARTITIONED, null)
                        .key())
                .isNull();
    }

    @Example
    void goesFromRecordToRecordUnchanged() {
        byte[] key = {-1, 0, 7};

        assertThat(KAFKA.encode("t", PARTITIONED, KafkaRecords.keyOf(key)).key())
                .isEqualTo(key);
    }

    @Provide
    Arbitrary<byte[]> keys() {
        return Arbitraries.oneOf(
                Arbitraries.bytes().array(byte[].class).ofMaxSize(4),
                Arbitraries.of((byte) 0, (byte) '0', (byte) 'f', (byte) -1)
                        .array(byte[].class)
                        .ofMaxSize(5),
                Arbitraries.strings().ofMaxLength(4).map(Samples::bytes));
    }
}

package dev.sluice.cloudevents.kafka;

import static dev.sluice.cloudevents.kafka.Samples.KAFKA;
import static dev.sluice.cloudevents.kafka.Samples.bytes;
import static dev.sluice.cloudevents.kafka.Samples.decode;
import static dev.sluice.cloudevents.kafka.Samples.headers;
import static dev.sluice.cloudevents.kafka.Samples.lines;
import static dev.sluice.cloudevents.kafka.Samples.raw;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;

/** What is put aside whole, published again, and taken up again. */
class RawRecordsTest {
    private static final byte[] VALUE = {-2, 0, 1};
    private static final byte[] ODD_KEY = {-1, 0};

    private static RawEvent broken() {
        Headers headers = headers("trace", null, "ce_id", "1", "ce_specversion", "0.3", "trace", "x");
        return raw(KAFKA.decode("orders", 3, 42, 0, ODD_KEY, headers, VALUE));
    }

    private static RawEvent deadLetter() {
        return broken().with(view -> view.extension("dlreason", "undecodable").extension("dlattempts", 1));
    }

    @Test
    void isWrittenAsItCameWhateverTheModeAndTheKeyAskedFor() {
        ProducerRecord<byte[], byte[]> written =
                KAFKA.withMode(ContentMode.STRUCTURED).encode("orders", broken(), "another");

        assertThat(written.key()).isEqualTo(ODD_KEY);
        assertThat(written.value()).isEqualTo(VALUE);
        assertThat(lines(written.headers())).containsExactly("trace=null", "ce_id=1", "ce_specversion=0.3", "trace=x");
    }

    @Test
    void carriesWhatItsStandInSaysBehindItsOwnHeaders() {
        assertThat(lines(KAFKA.encode("orders.dlq", deadLetter(), null).headers()))
                .containsExactly(
                        "trace=null",
                        "ce_id=1",
                        "ce_specversion=0.3",
                        "trace=x",
                        "ce_dlreason=undecodable",
                        "ce_dlattempts=1");
    }

    @Test
    void replacesHeadersOfTheSameName() {
        RawEvent raw = raw(decode(headers("ce_ext", "1", "ce_id", "1", "ce_ext", "2"), null))
                .with(view -> view.extension("ext", "3"));

        assertThat(lines(KAFKA.encode("orders", raw, null).headers())).containsExactly("ce_id=1", "ce_ext=3");
    }

    @Test
    void knowsAgainWhyItWasPutAsideAndWhatItWas() {
        RawEvent again = raw(decode(KAFKA.encode("orders.dlq", deadLetter(), null)));

        assertThat(again.getExtension("dlreason")).isEqualTo("undecodable");
        assertThat(again.getExtension("dlattempts")).isEqualTo("1");
        assertThat(lines(again)).isEqualTo(lines(broken()));
        assertThat(again.problem()).isEqualTo(broken().problem());
    }

    @Test
    void isTheSameRecordOnceItsMarksAreTakenOff() {
        RawEvent again = raw(decode(KAFKA.encode("orders.dlq", deadLetter(), null)));

        ProducerRecord<byte[], byte[]> redriven = KAFKA.encode(
                "orders", again.with(view -> view.extension("dlreason", null).extension("dlattempts", null)), null);

        assertThat(lines(redriven.headers())).isEqualTo(lines(broken()));
        assertThat(redriven.key()).isEqualTo(ODD_KEY);
        assertThat(redriven.value()).isEqualTo(VALUE);
    }

    /** A record that was too large is read as the plain record it is, once the limit is raised. */
    @Test
    void isReadAsWhatItIsOnceItsReaderCan() {
        byte[] large = new byte[2 << 20];
        RawEvent refused = raw(decode(headers("X-App", "a"), large));
        ProducerRecord<byte[], byte[]> redriven =
                KAFKA.encode("orders", refused.with(view -> view.extension("dlredrives", 1)), null);

        var read = decode(
                KAFKA.withLimits(KafkaRecords.LIMITS.withEventBytes(4 << 20)), redriven.headers(), redriven.value());

        assertThat(read).isInstanceOf(WireEvent.class);
        assertThat(read.getExtension("kafkaheaderxapp")).isEqualTo("a");
        assertThat(read.getExtension("dlredrives")).isEqualTo("1");
    }

    @Test
    void leavesMarksThatCannotBeReadWhereTheyAre() {
        Headers headers = headers("ce_id", "1", "ce_dlreason", "a", "ce_dlreason", "b", "ce_dl-x", "c");
        headers.add("ce_dlerror", new byte[] {-1}).add("ce_dltopic", null);

        RawEvent raw = raw(decode(headers, null));

        assertThat(raw.getExtensionNames()).containsExactly("dlreason");
        assertThat(raw.getExtension("dlreason")).isEqualTo("a");
        assertThat(raw.headers())
                .extracting(RawEvent.Header::name)
                .containsExactly("ce_id", "ce_dlreason", "ce_dl-x", "ce_dlerror", "ce_dltopic");
    }

    @Test
    void hasAnEventsKeyMappingOnlyIfItIsOne() {
        RawEvent raw = raw(KAFKA.decode("orders", 0, 0, 0, null, headers("ce_id", "1"), bytes("x")));

        assertThat(KAFKA.encode("orders", raw, "key").key()).isNull();
    }
}

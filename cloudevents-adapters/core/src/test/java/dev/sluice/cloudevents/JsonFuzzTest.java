package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/**
 * Bytes from a stranger are an event or a refusal, and never another failure. The test command runs the inputs that lie in
 * the resources; {@code JAZZER_FUZZ=1} and one of these methods search for new ones, and keep what fails there.
 */
class JsonFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void bytesAreAnEventOrRefused(byte[] bytes) {
        WireEvent event;
        try {
            event = Samples.JSON.read(bytes, 0, bytes.length);
        } catch (InvalidEventException refused) {
            assertThat(refused.getMessage()).hasSizeLessThan(1_000).doesNotContain("\n", "\r", "\u0000");
            return;
        }
        byte[] written = Samples.JSON.write(event);
        assertThat(Samples.JSON.read(written, 0, written.length)).isEqualTo(event);
    }

    @FuzzTest(maxDuration = "10m")
    void bytesAreABatchOrRefused(byte[] bytes) {
        List<WireEvent> events;
        try {
            events = Samples.JSON.readBatch(bytes, 0, bytes.length);
        } catch (InvalidEventException refused) {
            assertThat(refused.index()).isBetween(-1, EventLimits.DEFAULT.batchEvents());
            return;
        }
        byte[] written = Samples.JSON.writeBatch(events);
        assertThat(Samples.JSON.readBatch(written, 0, written.length)).isEqualTo(events);
    }
}

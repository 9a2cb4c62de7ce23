package dev.sluice.broker.kafka;

import static dev.sluice.broker.kafka.SourceFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a source does beyond the contract, with one member. */
class KafkaReadingTest {
    private final SourceFixture fixture = new SourceFixture(2);

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void storesThePositionSoonAfterEventsAreAccepted() {
        fixture.send(0, "a", 0, 10);
        fixture.join("g").accepting().requestingAll().await(10);

        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(10));
    }
}

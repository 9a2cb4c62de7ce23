package dev.sluice.broker.kafka.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThrowAwayKafkaTest {
    @Test
    void servesUntilItIsClosed() throws Exception {
        var kafka = ThrowAwayKafka.start(Duration.ofSeconds(60));
        try (kafka) {
            try (var admin = Topics.admin(kafka.bootstrapServers())) {
                Topics.awaitNodes(kafka.bootstrapServers(), 1, Duration.ofSeconds(10), () -> {});
                assertThat(admin.listTopics().names().get()).isEmpty();
            }
            Topics.create(kafka.bootstrapServers(), List.of("orders"), 1, Map.of());
            Records.send(kafka.bootstrapServers(), "orders", List.of("a"), Map.of());
            assertThat(Records.read(kafka.bootstrapServers(), "orders", 1, Map.of(), Duration.ofSeconds(20)))
                    .containsExactly("a");
        }
        assertThat(kafka.runs()).isFalse();
    }
}

package dev.sluice.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the README says of the sample's events holds for the file. */
class SampleEventsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<JsonNode> events = read(Path.of("events", "orders.jsonl"));

    @Test
    void holdsTwentyOrdersOfFiveCustomers() {
        assertThat(events).hasSize(20);
        assertThat(events).extracting(event -> event.path("id").asText()).doesNotHaveDuplicates();
        assertThat(events.stream()
                        .map(event -> event.path("partitionkey").asText())
                        .distinct())
                .containsExactlyInAnyOrder("ada", "grace", "linus", "margaret", "ken");
    }

    @Test
    void keysEveryOrderByItsCustomer() {
        assertThat(events)
                .allSatisfy(event -> assertThat(event.path("partitionkey")).isEqualTo(event.at("/data/customer")));
    }

    @Test
    void oneIsNoOrderAndOneOrderIsBad() {
        assertThat(events.stream().filter(event -> !isOrder(event)).map(SampleEventsTest::id))
                .containsExactly("A-1015");
        assertThat(events.stream()
                        .filter(SampleEventsTest::isOrder)
                        .filter(event -> !order(event).mistakes().isEmpty())
                        .map(SampleEventsTest::id))
                .containsExactly("A-1008");
    }

    private static String id(JsonNode event) {
        return event.at("/data/id").asText();
    }

    private static boolean isOrder(JsonNode event) {
        return event.at("/data/lines").isArray();
    }

    private static Order order(JsonNode event) {
        try {
            return JSON.treeToValue(event.path("data"), Order.class);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<JsonNode> read(Path file) {
        try (var lines = Files.lines(file)) {
            return lines.map(SampleEventsTest::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}

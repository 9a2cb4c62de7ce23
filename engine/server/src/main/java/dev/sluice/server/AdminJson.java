package dev.sluice.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.broker.TopicStatus;
import dev.sluice.server.NodeState.NodeBroker;
import java.util.List;
import java.util.Map;

/** The admin API's JSON: statuses by the names of their fields. */
final class AdminJson {
    private final ObjectMapper mapper = new ObjectMapper().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);

    byte[] write(Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            // Statuses are records of plain values: only a mistake in this program gets here.
            throw new IllegalStateException("can't write " + value.getClass().getName(), e);
        }
    }

    Reply list(List<?> items) {
        return Reply.json(200, write(Map.of("items", items)));
    }

    Reply one(Object item) {
        return Reply.json(200, write(item));
    }

    /** A topic's status and the name of its broker. */
    ObjectNode topic(String broker, TopicStatus topic) {
        ObjectNode json = mapper.valueToTree(topic);
        return json.put("broker", broker);
    }

    /** A broker's name, kind and health. */
    BrokerItem broker(NodeBroker broker) {
        var health = Readiness.health(broker);
        return new BrokerItem(broker.broker().name(), broker.kind(), health.up() ? "UP" : "DOWN", health.detail());
    }

    Reply problem(int status, String title, String detail) {
        var body = write(new Problem("about:blank", title, status, detail));
        return new Reply(status, "application/problem+json", body, Map.of());
    }

    /**
     * A broker as the API tells it.
     *
     * @param state UP or DOWN
     * @param detail why it is down; empty when it is up
     */
    record BrokerItem(String name, String kind, String state, String detail) {}

    /** RFC 9457. */
    record Problem(String type, String title, int status, String detail) {}

    /**
     * The readiness of a node.
     *
     * @param status READY or NOT_READY
     * @param reasons a sentence each
     */
    record Health(String status, List<String> reasons) {}

    /**
     * What runs.
     *
     * @param version of Sluice
     * @param java of the virtual machine
     */
    record VersionItem(String version, String java) {}
}

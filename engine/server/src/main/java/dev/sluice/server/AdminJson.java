package dev.sluice.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.TopicStatus;
import dev.sluice.server.NodeState.NodeBroker;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The admin API's JSON: statuses by the names of their fields. */
final class AdminJson {
    private final ObjectMapper mapper = new ObjectMapper().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);
    private final ObjectReader requests = mapper.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** The request in the body; empty when it is none. */
    Optional<ResetRequest> resetRequest(byte[] body) {
        try {
            return Optional.ofNullable(requests.readValue(body, ResetRequest.class));
        } catch (IOException notOne) {
            return Optional.empty();
        }
    }

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
        var kind = broker.manifest().kind();
        return new BrokerItem(
                broker.name(), kind.word(), health.up() ? "UP" : "DOWN", health.detail(), kind.settings());
    }

    /** 503 when another try may go well, else 409: the engine is as it was. */
    Reply problem(BrokerException failed) {
        var detail = String.valueOf(failed.getMessage());
        return failed.transientFault()
                ? problem(503, "Service Unavailable", detail).with("Retry-After", "5")
                : problem(409, "Conflict", detail);
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
     * @param settings what it runs with, without secrets
     */
    record BrokerItem(String name, String kind, String state, String detail, Map<String, String> settings) {}

    /**
     * What is asked of a reset.
     *
     * @param to earliest, latest or a time
     * @param partitions absent or empty for all
     */
    record ResetRequest(@Nullable String to, @Nullable List<Integer> partitions) {}

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

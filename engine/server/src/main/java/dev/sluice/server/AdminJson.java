package dev.sluice.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.TopicStatus;
import dev.sluice.engine.ScalingStatus;
import dev.sluice.engine.TriggerStatus;
import dev.sluice.server.NodeState.NodeBroker;
import dev.sluice.trigger.object.ObjectStatus;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The admin API's JSON: statuses by the names of their fields. */
final class AdminJson {
    /** Figures that may be unknown; -1 would be a number to those who add them up or scale by them. */
    private static final List<String> MAYBE_UNKNOWN = List.of(
            "slotsCap", "unfetched", "lagEvents", "lagSeconds", "arrivalsPerSecond", "needSlots", "serviceSeconds");

    private static final MathContext FOUR_DIGITS = new MathContext(4);

    private final ObjectMapper mapper = new ObjectMapper()
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .registerModule(new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance));
    private final ObjectReader requests = mapper.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** The request in the body; empty when it is none. */
    Optional<ResetRequest> resetRequest(byte[] body) {
        try {
            return Optional.ofNullable(requests.readValue(body, ResetRequest.class));
        } catch (IOException notOne) {
            return Optional.empty();
        }
    }

    /** As {@link #resetRequest}. */
    Optional<ScaleRequest> scaleRequest(byte[] body) {
        try {
            return Optional.ofNullable(requests.readValue(body, ScaleRequest.class));
        } catch (IOException notOne) {
            return Optional.empty();
        }
    }

    /** As {@link #resetRequest}, of any type; an empty body is an object without fields. */
    <T> Optional<T> request(byte[] body, Class<T> type) {
        try {
            return Optional.ofNullable(requests.readValue(body.length == 0 ? new byte[] {'{', '}'} : body, type));
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

    /** A trigger's status, and that of the objects that it looks for, if it does. */
    Object trigger(TriggerStatus trigger, @Nullable ObjectStatus objects) {
        if (objects == null) {
            return trigger;
        }
        ObjectNode json = mapper.valueToTree(trigger);
        return json.set("objects", mapper.valueToTree(objects));
    }

    /** A topic's status and the name of its broker. */
    ObjectNode topic(String broker, TopicStatus topic) {
        ObjectNode json = mapper.valueToTree(topic);
        return json.put("broker", broker);
    }

    /** How a function scales on a node, as flat figures; null is unknown, and no number. */
    ObjectNode scaling(ScalingStatus status, String node, boolean byHand) {
        ObjectNode json = mapper.valueToTree(status);
        for (var figure : MAYBE_UNKNOWN) {
            if (json.path(figure).asDouble() < 0) {
                json.putNull(figure);
            }
        }
        json.properties().forEach(figure -> {
            if (figure.getValue().isDouble()) {
                figure.setValue(DoubleNode.valueOf(rounded(figure.getValue().asDouble())));
            }
        });
        return json.put("node", node).put("byHand", byHand);
    }

    /** A measured figure to four digits, and to each one before the point: what comes behind is chance. */
    static double rounded(double figure) {
        return Math.abs(figure) >= 1_000 || !Double.isFinite(figure)
                ? Math.rint(figure)
                : BigDecimal.valueOf(figure).round(FOUR_DIGITS).doubleValue();
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

    /**
     * What is asked of a function's instances.
     *
     * @param instances a number from 0 to 1,000, or {@code auto}
     */
    record ScaleRequest(@Nullable String instances) {
        static final String AUTO = "auto";

        /** Whether it is one of both. */
        boolean clear() {
            return instances != null && (instances.equals(AUTO) || instances.matches("\\d{1,4}"));
        }

        /** Empty for {@code auto}; of one that is {@link #clear}. */
        OptionalInt number() {
            return AUTO.equals(instances)
                    ? OptionalInt.empty()
                    : OptionalInt.of(Integer.parseInt(String.valueOf(instances)));
        }
    }

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

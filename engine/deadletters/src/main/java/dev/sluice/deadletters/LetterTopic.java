package dev.sluice.deadletters;

import dev.sluice.broker.Broker;
import dev.sluice.broker.Control;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A topic of dead letters, on its broker.
 *
 * @param control of the broker
 */
public record LetterTopic(Broker broker, Control control, String topic) {
    private static final String PREFIX = "dlq/";
    private static final int SHORTENED = 180;

    /** The session in whose states its marks are; the same for the same topic on every engine. */
    String session() {
        var name = PREFIX + topic;
        return name.length() <= Control.NAME_MAX
                ? name
                : name.substring(0, SHORTENED) + '/' + UUID.nameUUIDFromBytes(topic.getBytes(StandardCharsets.UTF_8));
    }
}

package dev.sluice.cloudevents.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cloudevents.Escaped;
import dev.sluice.cloudevents.EventData;
import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.MediaTypes;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.event.ruler.Machine;

/**
 * Passes what an event pattern matches, over the event as its JSON form would be. Only what the pattern names is looked
 * at: data is parsed for a pattern that asks for data.
 */
final class PatternFilter implements EventFilter {
    static final String DATA = "data";
    static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(EventLimits.DEFAULT.jsonDepth())
                            .maxNumberLength(EventLimits.DEFAULT.numberChars())
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Machine machine;
    private final String[] attributes;
    private final boolean asksForData;
    private final String text;

    /**
     * The filter of a machine that has the one rule.
     *
     * @param names the first names of its paths
     */
    PatternFilter(Machine machine, Set<String> names, String text) {
        this.machine = machine;
        this.asksForData = names.contains(DATA);
        this.attributes =
                names.stream().filter(name -> !name.equals(DATA)).sorted().toArray(String[]::new);
        this.text = text;
    }

    @Override
    public boolean test(CloudEvent event) {
        JsonNode seen = seen(event);
        return seen != null && !machine.rulesForJSONEvent(seen).isEmpty();
    }

    @Override
    public FilterVerdict explain(CloudEvent event) {
        JsonNode seen = seen(event);
        if (seen == null) {
            return new FilterVerdict(false, describe(), "its data is no JSON", false);
        }
        boolean passes = !machine.rulesForJSONEvent(seen).isEmpty();
        String fact = passes ? "all of it matches" : PatternWhy.of(text, seen);
        return new FilterVerdict(passes, describe(), fact, false);
    }

    /** What of the event the pattern looks at; null when it asks for data that is no JSON. */
    private @Nullable JsonNode seen(CloudEvent event) {
        ObjectNode seen = JsonNodeFactory.instance.objectNode();
        for (String attribute : attributes) {
            Object value = Attributes.value(event, attribute, Attributes.isContext(attribute));
            if (value != null) {
                set(seen, attribute, value);
            }
        }
        if (asksForData) {
            CloudEventData data = event.getData();
            if (data != null) {
                JsonNode parsed = parsed(event, data);
                if (parsed == null) {
                    return null;
                }
                seen.set(DATA, parsed);
            }
        }
        return seen;
    }

    private static void set(ObjectNode seen, String attribute, Object value) {
        if (value instanceof Integer number) {
            seen.put(attribute, number);
        } else if (value instanceof Boolean truth) {
            seen.put(attribute, truth);
        } else {
            seen.put(attribute, value.toString());
        }
    }

    /** The data as JSON; null when it is none. */
    private static @Nullable JsonNode parsed(CloudEvent event, CloudEventData data) {
        String type = event.getDataContentType();
        if (type != null && !MediaTypes.isJson(type)) {
            return null;
        }
        try {
            JsonNode parsed = JSON.readTree(EventData.of(data).toBytes());
            return parsed == null || parsed.isMissingNode() ? null : parsed;
        } catch (IOException noJson) {
            return null;
        }
    }

    @Override
    public String describe() {
        return "pattern \"" + Escaped.of(text, 256) + '"';
    }

    @Override
    public String toString() {
        return describe();
    }
}

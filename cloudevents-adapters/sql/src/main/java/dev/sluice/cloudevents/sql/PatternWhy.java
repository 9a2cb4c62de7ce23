package dev.sluice.cloudevents.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cloudevents.Escaped;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.event.ruler.Machine;

/**
 * Tells which part of an event pattern an event does not match. Compiles the pattern's parts one by one, up to the
 * first that does not match: many times the cost of asking the whole.
 */
final class PatternWhy {
    private static final String OR = "$or";
    private static final int SHOWN_MAX = 128;

    private final JsonNode event;

    private PatternWhy(JsonNode event) {
        this.event = event;
    }

    /**
     * A clause.
     *
     * @param pattern one that was compiled
     * @param event what it looks at, which it does not match
     */
    static String of(String pattern, JsonNode event) {
        try {
            String fact = new PatternWhy(event).firstMiss((ObjectNode) PatternFilter.JSON.readTree(pattern), List.of());
            return fact != null ? fact : "each part of it matches, but not within one element of a list";
        } catch (IOException | RuntimeException odd) {
            return "it does not match as a whole";
        }
    }

    private @Nullable String firstMiss(ObjectNode pattern, List<String> path) throws IOException {
        for (Map.Entry<String, JsonNode> field : pattern.properties()) {
            List<String> below = append(path, field.getKey());
            if (field.getValue() instanceof ObjectNode nested) {
                String miss = firstMiss(nested, below);
                if (miss != null) {
                    return miss;
                }
            } else if (!matches(field.getValue(), below)) {
                return miss(field.getKey(), field.getValue(), path);
            }
        }
        return null;
    }

    private String miss(String key, JsonNode allowed, List<String> path) {
        if (key.equals(OR)) {
            return "none of the " + allowed.size() + " alternatives of $or matches";
        }
        List<String> full = append(path, key);
        String name = Escaped.of(String.join(".", full), SHOWN_MAX);
        JsonNode actual = event;
        for (String each : full) {
            actual = actual.path(each);
        }
        String found = actual.isMissingNode() ? "the event has no " + name : name + " is " + shown(actual);
        return found + ", which " + shown(allowed) + " does not take";
    }

    /** The value as JSON, whose quotes need no escapes here. */
    private static String shown(JsonNode value) {
        return Escaped.of(value.toString(), SHOWN_MAX).replace("\\\"", "\"");
    }

    private boolean matches(JsonNode allowed, List<String> path) throws IOException {
        JsonNode part = allowed;
        for (int i = path.size() - 1; i >= 0; i--) {
            ObjectNode around = JsonNodeFactory.instance.objectNode();
            around.set(path.get(i), part);
            part = around;
        }
        Machine machine = Machine.builder().build();
        machine.addRule("part", part.toString());
        return !machine.rulesForJSONEvent(event).isEmpty();
    }

    private static List<String> append(List<String> path, String name) {
        String[] longer = path.toArray(new String[path.size() + 1]);
        longer[path.size()] = name;
        return List.of(longer);
    }
}

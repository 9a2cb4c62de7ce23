package dev.sluice.deadletters;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is not the same in two answers: type, subject and data. Data that is JSON on both sides is the same when its
 * values are, whatever the order of fields and the way that numbers are written; other data when its bytes are.
 */
final class Differences {
    private static final int TOLD_MAX = 5;
    private static final int TEXT_MAX = 200;
    private static final int DEPTH_MAX = 50;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final List<String> found = new ArrayList<>();

    private Differences() {}

    /**
     * In words, {@link #TOLD_MAX} at most; empty when they are the same.
     *
     * @param madeType the type that the made one has as the trigger's
     */
    static List<String> between(CloudEvent stands, CloudEvent made, String madeType) {
        var differences = new Differences();
        differences.attribute("type", stands.getType(), madeType);
        differences.attribute("subject", stands.getSubject(), made.getSubject());
        differences.data(bytes(stands), bytes(made));
        return List.copyOf(differences.found);
    }

    private static byte[] bytes(CloudEvent event) {
        var data = event.getData();
        return data == null ? new byte[0] : data.toBytes();
    }

    private void attribute(String name, @Nullable String stands, @Nullable String made) {
        if (!Objects.equals(stands, made)) {
            found.add(name + ": " + shortened(String.valueOf(stands)) + " → " + shortened(String.valueOf(made)));
        }
    }

    private void data(byte[] stands, byte[] made) {
        if (Arrays.equals(stands, made)) {
            return;
        }
        var was = json(stands);
        var is = json(made);
        if (was != null && is != null) {
            json("", was, is, 0);
        } else {
            found.add("data: " + stands.length + " bytes → " + made.length + " bytes, from byte "
                    + Arrays.mismatch(stands, made) + " on");
        }
    }

    private static @Nullable JsonNode json(byte[] data) {
        try {
            var node = JSON.readTree(data);
            return node.isMissingNode() ? null : node;
        } catch (IOException notJson) {
            return null;
        }
    }

    private void json(String path, JsonNode was, JsonNode is, int depth) {
        if (found.size() >= TOLD_MAX || same(was, is)) {
            return;
        }
        if (depth < DEPTH_MAX && was.isObject() && is.isObject()) {
            var names = new TreeSet<String>();
            was.fieldNames().forEachRemaining(names::add);
            is.fieldNames().forEachRemaining(names::add);
            names.forEach(name -> json(path + "/" + escaped(name), was.path(name), is.path(name), depth + 1));
        } else if (depth < DEPTH_MAX && was.isArray() && is.isArray()) {
            for (var i = 0; i < Math.max(was.size(), is.size()); i++) {
                json(path + "/" + i, was.path(i), is.path(i), depth + 1);
            }
        } else if (!was.equals(is)) {
            found.add((path.isEmpty() ? "data" : path) + ": " + words(was) + " → " + words(is));
        }
    }

    private static boolean same(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue()) == 0;
        }
        return !one.isContainerNode() && one.equals(other);
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static String words(JsonNode node) {
        return node.isMissingNode() ? "nothing" : shortened(node.toString());
    }

    static String shortened(String text) {
        return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX) + "…";
    }
}

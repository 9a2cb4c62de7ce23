package dev.sluice.trigger.http;

import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.List;

/**
 * What a live tail is asked to show.
 *
 * @param conditions all must hold
 * @param limit events after which it ends
 */
record TailQuery(List<Condition> conditions, long limit) {
    private static final int PARAMETERS_MAX = 16;

    /** One attribute that must be equal to a text, or begin with it. */
    record Condition(String attribute, String text, boolean prefix) {
        boolean matches(CloudEvent event) {
            var value = WireEvent.textOf(event, attribute);
            return value != null && (prefix ? value.startsWith(text) : value.equals(text));
        }
    }

    /** @throws Refusal with 400 when there is a parameter that a tail does not know */
    static TailQuery parse(String query) {
        var conditions = new ArrayList<Condition>();
        var limit = Long.MAX_VALUE;
        for (var parameter : parameters(query).entrySet()) {
            if (parameter.getValue().size() != 1) {
                throw refused(parameter.getKey(), "must not be given twice");
            }
            var value = parameter.getValue().get(0);
            switch (parameter.getKey()) {
                case "type", "source", "subject" -> conditions.add(condition(parameter.getKey(), value));
                case "limit" -> limit = limit(value);
                default -> throw refused(parameter.getKey(), "is unknown: type, source, subject and limit are known");
            }
        }
        return new TailQuery(List.copyOf(conditions), limit);
    }

    boolean matches(CloudEvent event) {
        for (var condition : conditions) {
            if (!condition.matches(event)) {
                return false;
            }
        }
        return true;
    }

    private static java.util.Map<String, List<String>> parameters(String query) {
        try {
            return new QueryStringDecoder(query, java.nio.charset.StandardCharsets.UTF_8, false, PARAMETERS_MAX)
                    .parameters();
        } catch (IllegalArgumentException e) {
            throw new Refusal(Problem.of(400, "the query must be percent-encoded UTF-8"));
        }
    }

    private static Condition condition(String attribute, String value) {
        if (value.isEmpty()) {
            throw refused(attribute, "must not be empty");
        }
        return value.endsWith("*")
                ? new Condition(attribute, value.substring(0, value.length() - 1), true)
                : new Condition(attribute, value, false);
    }

    private static long limit(String value) {
        try {
            var limit = Long.parseLong(value);
            if (limit >= 1) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number that is too small.
        }
        throw refused("limit", "must be a number of at least 1");
    }

    private static Refusal refused(String parameter, String rule) {
        return new Refusal(Problem.of(400, "query parameter '" + parameter + "' " + rule));
    }
}

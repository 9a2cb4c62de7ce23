package dev.sluice.server;

import dev.sluice.server.explain.Explainer;
import dev.sluice.server.explain.Explanation.Outcome;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The admin API's routes that tell what became of an event. */
final class ExplainRoutes {
    private static final String TRACE = "/admin/v1/events/{id}/trace";
    private static final String EXPLAIN = "/admin/v1/triggers/{name}/explain";
    private static final Pattern TRACE_PATH = Pattern.compile("/admin/v1/events/([^/]{1,4096})/trace");
    private static final Pattern EXPLAIN_PATH = Pattern.compile("/admin/v1/triggers/([A-Za-z0-9._-]{1,249})/explain");
    private static final String EVENT = "event";
    private static final String SOURCE = "source";

    private final Explainer explainer;
    private final AdminJson json;

    ExplainRoutes(Explainer explainer, AdminJson json) {
        this.explainer = explainer;
        this.json = json;
    }

    /** As the OpenAPI document writes them. */
    static List<String> paths() {
        return List.of(TRACE, EXPLAIN);
    }

    /** As {@code Allow} has them; empty when the path is none of these. */
    static String allows(String path) {
        var ours =
                TRACE_PATH.matcher(path).matches() || EXPLAIN_PATH.matcher(path).matches();
        return ours ? "GET, HEAD" : "";
    }

    /** The answer to a GET; empty when the path is none of these. Blocks. */
    Optional<Reply> get(String path, String query) {
        var trace = TRACE_PATH.matcher(path);
        var explain = EXPLAIN_PATH.matcher(path);
        try {
            if (trace.matches()) {
                return Optional.of(trace(decoded(trace.group(1).replace("+", "%2B")), query));
            }
            return explain.matches() ? Optional.of(explain(explain.group(1), query)) : Optional.empty();
        } catch (IllegalArgumentException notEncoded) {
            return Optional.of(json.problem(400, "Bad Request", "the id and the query must be percent-encoded UTF-8"));
        }
    }

    private Reply trace(String event, String query) {
        var asked = parameters(query);
        if (!Set.of(SOURCE).containsAll(asked.keySet())) {
            return json.problem(400, "Bad Request", "source is the only parameter, as in ?source=/shop");
        }
        var trace = explainer.trace(event, asked.get(SOURCE));
        return trace.hops().isEmpty()
                ? json.problem(
                        404,
                        "Not Found",
                        "no decision on this event is kept on node " + trace.node()
                                + ": of every event it keeps what goes wrong, of some everything, and the newest first."
                                + " Ask with explain, which also looks at the topic")
                : json.one(trace);
    }

    private Reply explain(String name, String query) {
        var asked = parameters(query);
        var event = asked.get(EVENT);
        if (event == null || event.isEmpty() || !Set.of(EVENT, SOURCE).containsAll(asked.keySet())) {
            return json.problem(400, "Bad Request", "the query must be ?event=ID, or ?event=ID&source=SOURCE");
        }
        var trigger = explainer.trigger(name);
        if (trigger.isEmpty()) {
            return json.problem(404, "Not Found", "there is no trigger named '" + name + "'");
        }
        var explanation = explainer.explain(trigger.get(), event, asked.get(SOURCE));
        return explanation.outcome() == Outcome.UNKNOWN
                ? json.problem(404, "Not Found", explanation.sentence())
                : json.one(explanation);
    }

    private static Map<String, String> parameters(String query) {
        var parameters = new HashMap<String, String>();
        for (var each : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            var equals = each.indexOf('=');
            var name = decoded(equals < 0 ? each : each.substring(0, equals));
            parameters.put(name, equals < 0 ? "" : decoded(each.substring(equals + 1)));
        }
        return parameters;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}

package dev.sluice.server;

import dev.sluice.engine.ScalingStatus;
import dev.sluice.engine.scaling.DecisionLog;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** The routes below a function: how it scales, why, and a number set by hand. */
final class ScalingRoutes {
    private static final Pattern PATH =
            Pattern.compile("/admin/v1/functions/([A-Za-z0-9._-]{1,249})/(scaling|decisions|scale)");
    private static final Pattern LIMIT = Pattern.compile("limit=(\\d{1,4})");
    private static final int LIMIT_DEFAULT = 20;
    private static final String PREFIX = "/admin/v1/functions/{name}/";

    private final NodeScaling scaling;
    private final AdminJson json;

    ScalingRoutes(NodeScaling scaling, AdminJson json) {
        this.scaling = scaling;
        this.json = json;
    }

    /** As the OpenAPI document writes them. */
    static List<String> paths() {
        return List.of(PREFIX + "scaling", PREFIX + "decisions", PREFIX + "scale");
    }

    /** As {@code Allow} has them; empty when the path is none of these. */
    static String allows(String path) {
        var match = PATH.matcher(path);
        if (!match.matches()) {
            return "";
        }
        return match.group(2).equals("scale") ? "POST" : "GET, HEAD";
    }

    /** The answer to a GET; empty when the path is none of these. */
    Optional<Reply> get(String path, String query) {
        var match = PATH.matcher(path);
        if (!match.matches()) {
            return Optional.empty();
        }
        var function = match.group(1);
        var status = scaling.status().apply(function);
        if (status.isEmpty()) {
            return Optional.of(unknown(function));
        }
        return Optional.of(
                match.group(2).equals("decisions")
                        ? decisions(function, query)
                        : json.one(json.scaling(status.get(), scaling.node().get(), byHand(function))));
    }

    private Reply decisions(String function, String query) {
        var limit = limit(query);
        if (limit.isEmpty()) {
            var rule = "limit must be a number from 1 to " + DecisionLog.ENTRIES_MAX;
            return json.problem(400, "Bad Request", rule + ", as in ?limit=100; there is no other parameter");
        }
        return json.list(scaling.decisions().apply(function).stream()
                .limit(limit.getAsInt())
                .map(entry -> DecisionItem.of(function, scaling.node().get(), entry))
                .toList());
    }

    private static OptionalInt limit(String query) {
        if (query.isEmpty()) {
            return OptionalInt.of(LIMIT_DEFAULT);
        }
        var match = LIMIT.matcher(query);
        var limit = match.matches() ? Integer.parseInt(match.group(1)) : 0;
        return limit < 1 || limit > DecisionLog.ENTRIES_MAX ? OptionalInt.empty() : OptionalInt.of(limit);
    }

    /** The answer to a POST; empty when the path takes none. */
    Optional<Reply> post(String path, byte[] body) {
        var match = PATH.matcher(path);
        return match.matches() && match.group(2).equals("scale")
                ? Optional.of(scale(match.group(1), body))
                : Optional.empty();
    }

    private Reply scale(String function, byte[] body) {
        var hand = scaling.hands().get(function);
        var status = scaling.status().apply(function);
        if (status.isEmpty()) {
            return unknown(function);
        }
        if (hand == null) {
            var detail = "function '" + function + "' is a stream: its instances are fixed by its manifest";
            return json.problem(409, "Conflict", detail);
        }
        var request = json.scaleRequest(body);
        if (request.isEmpty() || !request.get().clear()) {
            return json.problem(400, "Bad Request", "the body must be {\"instances\": 4} or {\"instances\": \"auto\"}");
        }
        var wanted = request.get().number();
        var max = status.get().max();
        if (wanted.isPresent() && wanted.getAsInt() > max) {
            var detail = "function '" + function + "' has at most " + max + " instances by its manifest, scaling.max";
            return json.problem(409, "Conflict", detail);
        }
        hand.set(wanted);
        return json.one(scaled(function, status.get(), wanted));
    }

    private Scaled scaled(String function, ScalingStatus before, OptionalInt wanted) {
        return new Scaled(
                function,
                scaling.node().get(),
                before.wanted(),
                wanted.isPresent() ? String.valueOf(wanted.getAsInt()) : AdminJson.ScaleRequest.AUTO);
    }

    private boolean byHand(String function) {
        var hand = scaling.hands().get(function);
        return hand != null && hand.instances().isPresent();
    }

    private Reply unknown(String function) {
        return json.problem(404, "Not Found", "there is no function named '" + function + "'");
    }

    /**
     * What a number set by hand changed.
     *
     * @param before instances that were wanted
     * @param instances the number, or {@code auto}
     */
    record Scaled(String function, String node, int before, String instances) {}
}

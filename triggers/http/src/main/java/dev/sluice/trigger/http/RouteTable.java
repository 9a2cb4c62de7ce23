package dev.sluice.trigger.http;

import dev.sluice.cloudevents.EventLimits;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The custom paths at one moment; immutable. */
final class RouteTable {
    private final Map<String, Map<String, HttpRoute>> byPath;
    private final IdentityHashMap<HttpRoute, WebhookGate> gates = new IdentityHashMap<>();

    /**
     * @param limits what one event may be, also where an adapter makes it
     * @throws IllegalArgumentException when two routes share path and method
     */
    RouteTable(Collection<HttpRoute> routes, EventLimits limits) {
        var paths = new HashMap<String, Map<String, HttpRoute>>();
        for (var given : routes) {
            var route = given.within(limits);
            var other =
                    paths.computeIfAbsent(route.path(), any -> new TreeMap<>()).putIfAbsent(route.method(), route);
            var policy = route.webhooks();
            if (policy != null) {
                gates.put(route, Desk.gate(policy));
            }
            if (other != null) {
                throw new IllegalArgumentException(route.method() + " " + route.path() + " is claimed by trigger '"
                        + other.trigger() + "' and by trigger '" + route.trigger() + "'");
            }
        }
        this.byPath = Map.copyOf(paths);
    }

    /** What holds the route's webhooks to a policy of its own; null when it has none. */
    @Nullable
    WebhookGate gate(HttpRoute route) {
        return gates.get(route);
    }

    /** The path's routes by method; null when there are none. */
    @Nullable
    Map<String, HttpRoute> at(String path) {
        return byPath.get(path);
    }
}

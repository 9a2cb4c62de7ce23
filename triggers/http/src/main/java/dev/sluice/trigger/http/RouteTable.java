package dev.sluice.trigger.http;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The custom paths at one moment; immutable. */
final class RouteTable {
    static final RouteTable EMPTY = new RouteTable(List.of());

    private final Map<String, Map<String, HttpRoute>> byPath;

    /** @throws IllegalArgumentException when two routes share path and method */
    RouteTable(Collection<HttpRoute> routes) {
        var paths = new HashMap<String, Map<String, HttpRoute>>();
        for (var route : routes) {
            var other =
                    paths.computeIfAbsent(route.path(), any -> new TreeMap<>()).putIfAbsent(route.method(), route);
            if (other != null) {
                throw new IllegalArgumentException(route.method() + " " + route.path() + " is claimed by trigger '"
                        + other.trigger() + "' and by trigger '" + route.trigger() + "'");
            }
        }
        this.byPath = Map.copyOf(paths);
    }

    /** The path's routes by method; null when there are none. */
    @Nullable
    Map<String, HttpRoute> at(String path) {
        return byPath.get(path);
    }
}

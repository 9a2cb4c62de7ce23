package dev.sluice.server;

import dev.sluice.broker.TopicStatus;
import dev.sluice.server.AdminJson.Health;
import dev.sluice.server.AdminJson.VersionItem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The admin API's table of routes. All of them read; nothing here changes the node. */
final class AdminRoutes {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final Pattern ITEM = Pattern.compile("(/admin/v1/[a-z]+)/([A-Za-z0-9._-]{1,249})");
    private static final String BY_NAME = "/{name}";

    private final NodeState node;
    private final AdminJson json = new AdminJson();
    private final Map<String, Supplier<Reply>> exact = new LinkedHashMap<>();
    private final Map<String, Function<String, Reply>> byName = new LinkedHashMap<>();

    AdminRoutes(NodeState node, Metrics metrics) {
        this.node = node;
        exact.put("/health/live", () -> json.one(new Health("UP", List.of())));
        exact.put("/health/ready", this::ready);
        exact.put("/metrics", () -> Reply.text(PROMETHEUS, metrics.scrape()));
        exact.put("/admin/v1/version", this::version);
        exact.put("/admin/openapi.json", AdminRoutes::openApi);
        collection("/admin/v1/functions", this::functions);
        collection("/admin/v1/triggers", this::triggers);
        collection("/admin/v1/brokers", this::brokers);
        collection("/admin/v1/topics", this::topics);
    }

    /** Every path, parameters in braces, as the OpenAPI document writes them; without the console's. */
    Set<String> paths() {
        var paths = new TreeSet<>(exact.keySet());
        byName.keySet().forEach(path -> paths.add(path + BY_NAME));
        return paths;
    }

    /** The answer to a GET. Blocks. */
    Reply get(String path) {
        var route = exact.get(path);
        if (route != null) {
            return route.get();
        }
        var item = ITEM.matcher(path);
        if (item.matches()) {
            var collection = byName.get(item.group(1));
            if (collection != null) {
                return collection.apply(item.group(2));
            }
        }
        return Console.file(path).orElseGet(() -> json.problem(404, "Not Found", "there is nothing at this path"));
    }

    /** Whether a route takes the path, whatever its answer may be. Never blocks. */
    boolean takes(String path) {
        var item = ITEM.matcher(path);
        return exact.containsKey(path) || path.equals("/") || (item.matches() && byName.containsKey(item.group(1)));
    }

    Reply problem(int status, String title, String detail) {
        return json.problem(status, title, detail);
    }

    private void collection(String path, Supplier<Map<String, Object>> items) {
        exact.put(path, () -> json.list(List.copyOf(items.get().values())));
        byName.put(path, name -> {
            var item = items.get().get(name);
            var kind = path.substring(path.lastIndexOf('/') + 1, path.length() - 1);
            return item == null
                    ? json.problem(404, "Not Found", "there is no " + kind + " named '" + name + "'")
                    : json.one(item);
        });
    }

    private Reply ready() {
        var reasons = Readiness.reasons(node);
        var health = new Health(reasons.isEmpty() ? "READY" : "NOT_READY", reasons);
        return Reply.json(reasons.isEmpty() ? 200 : 503, json.write(health));
    }

    private Map<String, Object> functions() {
        var items = new LinkedHashMap<String, Object>();
        node.functions().get().forEach(function -> items.put(function.name(), function));
        return items;
    }

    private Map<String, Object> triggers() {
        var items = new LinkedHashMap<String, Object>();
        node.triggers().get().forEach(trigger -> items.put(trigger.name(), trigger));
        return items;
    }

    private Map<String, Object> brokers() {
        var items = new LinkedHashMap<String, Object>();
        node.brokers().forEach(broker -> items.put(broker.broker().name(), json.broker(broker)));
        return items;
    }

    /** By name; a name that several brokers have stands for the first one's, the others follow as {@code broker.name}. */
    private Map<String, Object> topics() {
        var items = new LinkedHashMap<String, Object>();
        for (var broker : node.brokers()) {
            var name = broker.broker().name();
            var topics = broker.broker().topics().block(Duration.ofSeconds(5));
            for (TopicStatus topic : Objects.requireNonNullElse(topics, List.<TopicStatus>of())) {
                var item = json.topic(name, topic);
                if (items.putIfAbsent(topic.topic(), item) != null) {
                    items.put(name + "." + topic.topic(), item);
                }
            }
        }
        return items;
    }

    private Reply version() {
        return json.one(new VersionItem(Build.version(), Runtime.version().toString()));
    }

    private static Reply openApi() {
        try (var in = AdminRoutes.class.getResourceAsStream("openapi.json")) {
            return Reply.json(
                    200,
                    Objects.requireNonNull(in, "openapi.json is packed beside this class")
                            .readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("the OpenAPI document can't be read", e);
        }
    }
}

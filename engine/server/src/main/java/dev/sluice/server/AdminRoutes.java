package dev.sluice.server;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.TopicStatus;
import dev.sluice.server.AdminJson.Health;
import dev.sluice.server.AdminJson.VersionItem;
import dev.sluice.server.NodeState.NodeBroker;
import dev.sluice.server.manifest.Starts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import reactor.core.publisher.Mono;

/** The admin API's table of routes. Most of them read. */
final class AdminRoutes {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final Pattern ITEM = Pattern.compile("(/admin/v1/[a-z]+)/([A-Za-z0-9._-]{1,249})");
    private static final Pattern RESET = Pattern.compile("/admin/v1/triggers/([A-Za-z0-9._-]{1,249})/reset");
    private static final String NOTHING = "there is nothing at this path";
    private static final String BY_NAME = "/{name}";
    private static final int SHOWN_MAX = 60;
    private static final String RESET_PATH = "/admin/v1/triggers/{name}/reset";
    private static final Duration TOPICS_PATIENCE = Duration.ofSeconds(4);

    private final NodeState node;
    private final AdminJson json = new AdminJson();
    private final ScalingRoutes scaling;
    private final DeadLetterRoutes letters;
    private final ReplayRoutes replays;
    private final ScheduleRoutes schedules;
    private final ExplainRoutes explain;
    private final Map<String, Supplier<Reply>> exact = new LinkedHashMap<>();
    private final Map<String, Function<String, Reply>> byName = new LinkedHashMap<>();

    AdminRoutes(NodeState node, NodeLetters letters, NodeReplays replays, Metrics metrics) {
        this.node = node;
        this.scaling = new ScalingRoutes(node.scaling(), json);
        this.letters = new DeadLetterRoutes(letters, json);
        this.replays = new ReplayRoutes(replays, json);
        this.schedules = new ScheduleRoutes(node.schedules(), json);
        this.explain = new ExplainRoutes(node.explainer(), json);
        exact.put("/health/live", () -> json.one(new Health("UP", List.of())));
        exact.put("/health/ready", this::ready);
        exact.put("/metrics", () -> Reply.text(PROMETHEUS, metrics.scrape()));
        exact.put("/admin/v1/version", this::version);
        exact.put("/admin/openapi.json", AdminRoutes::openApi);
        collection("/admin/v1/functions", this::functions);
        collection("/admin/v1/triggers", this::triggers);
        collection("/admin/v1/brokers", this::brokers);
        collection("/admin/v1/topics", this::topics);
        collection(ScheduleRoutes.COLLECTION, schedules::items);
    }

    /** Every path, parameters in braces, as the OpenAPI document writes them; without the console's. */
    Set<String> paths() {
        var paths = new TreeSet<>(exact.keySet());
        byName.keySet().forEach(path -> paths.add(path + BY_NAME));
        paths.add(RESET_PATH);
        paths.addAll(ScalingRoutes.paths());
        paths.addAll(DeadLetterRoutes.paths());
        paths.addAll(ReplayRoutes.paths());
        paths.addAll(ScheduleRoutes.paths());
        paths.addAll(ExplainRoutes.paths());
        return paths;
    }

    /**
     * The answer to a GET. Blocks.
     *
     * @param query what follows the path's question mark; empty when there is none
     */
    Reply get(String path, String query) {
        try {
            return scaling.get(path, query)
                    .or(() -> letters.get(path, query))
                    .or(() -> explain.get(path, query))
                    .orElseGet(() -> read(path));
        } catch (BrokerException failed) {
            return json.problem(failed);
        }
    }

    private Reply read(String path) {
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
        return Console.file(path).orElseGet(() -> json.problem(404, "Not Found", NOTHING));
    }

    /** The methods of the path, as {@code Allow} has them; empty when there is nothing at it. Never blocks. */
    String allows(String path) {
        if (RESET.matcher(path).matches()) {
            return "POST";
        }
        var below = ScalingRoutes.allows(path)
                + ScheduleRoutes.allows(path)
                + ExplainRoutes.allows(path)
                + ReplayRoutes.allows(path);
        if (!below.isEmpty()) {
            return below;
        }
        var ofLetters = DeadLetterRoutes.allows(path);
        if (!ofLetters.isEmpty()) {
            return ofLetters;
        }
        var item = ITEM.matcher(path);
        var read = exact.containsKey(path) || path.equals("/") || (item.matches() && byName.containsKey(item.group(1)));
        return read ? "GET, HEAD" : "";
    }

    /** The answer to a POST of a path that {@link #allows} it. Blocks. */
    Reply post(String path, byte[] body) {
        var reset = RESET.matcher(path);
        return reset.matches()
                ? reset(reset.group(1), body)
                : scaling.post(path, body)
                        .or(() -> letters.post(path, body))
                        .or(() -> replays.post(path, body))
                        .or(() -> schedules(path, body))
                        .orElseGet(() -> json.problem(404, "Not Found", NOTHING));
    }

    private Optional<Reply> schedules(String path, byte[] body) {
        try {
            return schedules.post(path, body);
        } catch (BrokerException failed) {
            return Optional.of(json.problem(failed));
        }
    }

    private Reply reset(String name, byte[] body) {
        var trigger = node.reset().trigger(name);
        if (trigger.isEmpty()) {
            return json.problem(404, "Not Found", "there is no trigger named '" + name + "'");
        }
        if (trigger.get().reading() == null) {
            return json.problem(409, "Conflict", "trigger '" + name + "' reads no topic, so it has no position");
        }
        var request = json.resetRequest(body);
        var place = request.map(AdminJson.ResetRequest::to);
        var to = place.flatMap(Starts::parse);
        if (request.isEmpty() || to.isEmpty()) {
            var form = "the body must be {\"to\": …, \"partitions\": [0, 1]}; to " + Starts.RULE;
            return json.problem(
                    400, "Bad Request", place.map(AdminRoutes::noPlace).orElse(form));
        }
        var partitions = Objects.requireNonNullElse(request.get().partitions(), List.<Integer>of());
        if (partitions.stream().anyMatch(partition -> partition == null || partition < 0)) {
            return json.problem(400, "Bad Request", "partitions must be numbers from 0 on");
        }
        try {
            var moved = node.reset()
                    .reset(trigger.get(), Set.copyOf(partitions), to.get())
                    .contextWrite(LateErrors.UNHEARD)
                    .block();
            return json.one(Objects.requireNonNull(moved, "a reset says what it moved"));
        } catch (BrokerException failed) {
            return json.problem(failed);
        }
    }

    private static String noPlace(String text) {
        var shown = text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "…";
        return "to is '" + shown + "': " + Starts.RULE;
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
        var objects = node.objects().get();
        node.triggers()
                .get()
                .forEach(trigger -> items.put(trigger.name(), json.trigger(trigger, objects.get(trigger.name()))));
        return items;
    }

    private Map<String, Object> brokers() {
        var items = new LinkedHashMap<String, Object>();
        node.brokers().forEach(broker -> items.put(broker.name(), json.broker(broker)));
        return items;
    }

    /**
     * By name; a name that several brokers have stands for the first one's, the others follow as {@code broker.name}.
     */
    private Map<String, Object> topics() {
        var items = new LinkedHashMap<String, Object>();
        for (var broker : node.brokers()) {
            var name = broker.name();
            var topics = topicsOf(broker);
            for (var topic : topics) {
                var item = json.topic(name, topic);
                if (items.putIfAbsent(topic.topic(), item) != null) {
                    items.put(name + "." + topic.topic(), item);
                }
            }
        }
        return items;
    }

    private static List<TopicStatus> topicsOf(NodeBroker broker) {
        var topics = broker.broker()
                .topics()
                .timeout(
                        TOPICS_PATIENCE,
                        Mono.error(() -> new BrokerException.Unavailable(
                                broker.name(), "no answer within " + TOPICS_PATIENCE.toSeconds() + " s", null)))
                .contextWrite(LateErrors.UNHEARD)
                .block();
        return Objects.requireNonNullElse(topics, List.of());
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

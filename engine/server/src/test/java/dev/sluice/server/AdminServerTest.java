package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.broker.EventSource.Trouble;
import dev.sluice.broker.Lag;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.broker.memory.MemoryLimits;
import dev.sluice.deadletters.DeadLetterDesk;
import dev.sluice.engine.FunctionStatus;
import dev.sluice.engine.ScalingStatus;
import dev.sluice.engine.TriggerStatus;
import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.journal.JournalOptions;
import dev.sluice.engine.scaling.DecisionLog;
import dev.sluice.engine.scaling.FixedPolicy;
import dev.sluice.server.NodeState.ClosedTopic;
import dev.sluice.server.NodeState.NodeBroker;
import dev.sluice.server.explain.Explainer;
import dev.sluice.server.manifest.BrokerManifest;
import dev.sluice.server.manifest.Place;
import dev.sluice.trigger.object.ObjectStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;

/** The admin API over real sockets. */
@Timeout(20)
class AdminServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final FunctionStatus PRICE = new FunctionStatus(
            "price", "com.acme.Price", "reactive", FunctionStatus.State.READY, "", 1, 1, 16, 2, 3, 0, 0, 40, 1);

    private static final BrokerManifest MEMORY = new BrokerManifest(
            new Place("sluice.yaml", 1, 1), "default", new BrokerManifest.Memory(MemoryLimits.DEFAULT));

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicReference<List<ClosedTopic>> closedTopics = new AtomicReference<>(List.of());
    private final MemoryBroker broker = MemoryBroker.create("default", MemoryLimits.DEFAULT, new SimpleMeterRegistry());
    private final AtomicReference<FunctionStatus> function = new AtomicReference<>(PRICE);
    private final AtomicReference<TriggerStatus> trigger = new AtomicReference<>(trigger("RUNNING", "", 0));
    private final AtomicReference<ScalingStatus> scaling = new AtomicReference<>(scaling(0, 12, 0.5));
    private final DecisionLog decisions = new DecisionLog();
    private final HandScaling hand = new HandScaling(new FixedPolicy());
    private final Map<String, ObjectStatus> objects = new ConcurrentHashMap<>();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final Metrics metrics = new Metrics();
    private final AdminRoutes routes = new AdminRoutes(
            new NodeState(
                    List.of(new NodeBroker(MEMORY, broker)),
                    () -> List.of(function.get()),
                    () -> List.of(trigger.get()),
                    closedTopics::get,
                    () -> objects,
                    new PositionReset(List.of(), name -> broker),
                    new NodeScaling(
                            () -> "node-1",
                            name -> Optional.of(scaling.get())
                                    .filter(it -> it.function().equals(name)),
                            name -> decisions.newestFirst(),
                            Map.of("price", hand)),
                    new Explainer(
                            () -> "node-1",
                            new Journal(JournalOptions.defaults()),
                            event -> Mono.just(List.of()),
                            List.of(),
                            List::of,
                            name -> broker,
                            (topic, partition, offset) -> Mono.empty()),
                    draining::get),
            new NodeLetters(
                    List.of(),
                    name -> broker,
                    DeadLetterDesk.create(InstantSource.system(), trigger -> 3, metrics.registry())),
            new NodeReplays(
                    List.of(),
                    name -> broker,
                    function -> null,
                    (trigger, source, rate) -> {
                        throw new AssertionError("asked for a replay into " + trigger);
                    },
                    DeadLetterDesk.create(InstantSource.system(), trigger -> 3, metrics.registry())),
            metrics);
    private AdminServer server;

    @BeforeEach
    void start() throws NodeException {
        broker.ensureTopic("orders").block(Duration.ofSeconds(5));
        server = AdminServer.start(HttpServer.create(), routes, 0);
    }

    @AfterEach
    void stop() {
        server.close();
        metrics.close();
    }

    @Test
    void listsFunctionsTriggersBrokersAndTopicsByTheirFields() throws Exception {
        var functions = get("/admin/v1/functions", 200).path("items");
        assertThat(functions).hasSize(1);
        assertThat(functions.get(0).path("name").asText()).isEqualTo("price");
        assertThat(functions.get(0).path("state").asText()).isEqualTo("READY");
        assertThat(functions.get(0).path("instancesWanted").asInt()).isEqualTo(1);
        var triggers = get("/admin/v1/triggers", 200).path("items");
        assertThat(triggers.get(0)
                        .path("lag")
                        .path("partitions")
                        .get(0)
                        .path("end")
                        .asLong())
                .isEqualTo(9);
        var brokers = get("/admin/v1/brokers", 200).path("items");
        assertThat(brokers.get(0).toString())
                .startsWith(
                        "{\"name\":\"default\",\"kind\":\"memory\",\"state\":\"UP\",\"detail\":\"\",\"settings\":{");
        assertThat(brokers.get(0).path("settings").path("partitions").asText()).isEqualTo("4");
        var topics = get("/admin/v1/topics", 200).path("items");
        assertThat(topics.get(0).path("topic").asText()).isEqualTo("orders");
        assertThat(topics.get(0).path("broker").asText()).isEqualTo("default");
        assertThat(topics.get(0).path("partitions")).hasSize(MemoryLimits.DEFAULT.partitions());
    }

    @Test
    void tellsHowFarTheObjectsOfATriggerAreAndThatTheyAreInTrouble() throws Exception {
        assertThat(get("/admin/v1/triggers/price-orders", 200).has("objects")).isFalse();
        objects.put("price-orders", objects(ObjectStatus.State.LOOKING, ""));
        var item = get("/admin/v1/triggers/price-orders", 200);
        assertThat(item.path("function").asText()).isEqualTo("price");
        assertThat(item.path("objects").path("scanned").asLong()).isEqualTo(12);
        assertThat(item.path("objects").path("lastPass").asText()).isEqualTo("2026-01-31T06:00:00Z");
        get("/health/ready", 200);

        objects.put("price-orders", objects(ObjectStatus.State.TROUBLED, "folder '/in' can't be read"));
        assertThat(reasons()).containsExactly("trigger 'price-orders': folder '/in' can't be read");
    }

    private static ObjectStatus objects(ObjectStatus.State state, String detail) {
        var last = Instant.parse("2026-01-31T06:00:00Z");
        return new ObjectStatus("/in", state, detail, 12, 1, 11, 11, 2, "gone", last, 0.2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"functions/price", "triggers/price-orders", "brokers/default", "topics/orders"})
    void showsOneByItsName(String path) throws Exception {
        var item = get("/admin/v1/" + path, 200);

        assertThat(item.path(item.has("name") ? "name" : "topic").asText())
                .isEqualTo(path.substring(path.indexOf('/') + 1));
    }

    @ParameterizedTest
    @CsvSource({
        "/admin/v1/functions/none, there is no function named 'none'",
        "/admin/v1/topics/none, there is no topic named 'none'",
        "/admin/v1/secrets, there is nothing at this path",
        "/admin/v1/functions/a/b, there is nothing at this path",
        "/../etc/passwd, there is nothing at this path",
        "/nothing.css, there is nothing at this path"
    })
    void answers404AsAProblem(String path, String detail) throws Exception {
        var problem = get(path, 404);

        assertThat(problem.path("status").asInt()).isEqualTo(404);
        assertThat(problem.path("detail").asText()).isEqualTo(detail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
    void answers405WithAllowToWhatDoesNotRead(String method) throws Exception {
        var response = send(HttpRequest.newBuilder(uri("/admin/v1/functions"))
                .method(method, HttpRequest.BodyPublishers.ofString("{}")));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("allow")).contains("GET, HEAD");
        assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/json         |                       | 404 | there is no trigger named 'none'
            application/json;a=b     | http://127.0.0.1:PORT | 404 | there is no trigger named 'none'
            application/json         | http://evil.example   | 403 | requests of other pages change nothing here
            application/json         | null                  | 403 | requests of other pages change nothing here
            text/plain               |                       | 415 | the body must be application/json
            """)
    void changesSomethingForJsonOfOurOwnPageOnly(String type, String origin, int status, String detail)
            throws Exception {
        var request = HttpRequest.newBuilder(uri("/admin/v1/triggers/none/reset"))
                .header("content-type", type)
                .POST(HttpRequest.BodyPublishers.ofString("{\"to\":\"earliest\"}"));
        if (origin != null) {
            var port = String.valueOf(URI.create(server.url()).getPort());
            request.header("origin", origin.replace("PORT", port));
        }

        var response = send(request);

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).path("detail").asText()).isEqualTo(detail);
    }

    @Test
    void refusesAResetThatIsReadOrTooLarge() throws Exception {
        var path = uri("/admin/v1/triggers/none/reset");
        var read = send(HttpRequest.newBuilder(path));
        assertThat(read.statusCode()).isEqualTo(405);
        assertThat(read.headers().firstValue("allow")).contains("POST");

        var large = HttpRequest.newBuilder(path)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(" ".repeat(9_000)));
        assertThat(send(large).statusCode()).isEqualTo(413);
    }

    @Test
    void answersHeadWithoutABody() throws Exception {
        var response = send(
                HttpRequest.newBuilder(uri("/admin/v1/functions")).method("HEAD", HttpRequest.BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValueAsLong("content-length").orElse(0))
                .isPositive();
        assertThat(response.body()).isEmpty();
    }

    @Test
    void livesAndIsReadyWhenAllIsWell() throws Exception {
        assertThat(get("/health/live", 200).path("status").asText()).isEqualTo("UP");
        assertThat(get("/health/ready", 200).toString()).isEqualTo("{\"status\":\"READY\",\"reasons\":[]}");
    }

    @Test
    void isNotReadyForEveryReasonThereIs() throws Exception {
        draining.set(true);
        broker.close().block(Duration.ofSeconds(5));
        function.set(new FunctionStatus(
                "price", "P", "s", FunctionStatus.State.FAILED, "no database", 0, 1, 16, 0, 0, 0, 0, 0, 0));
        trigger.set(trigger("STOPPED", "its source ended", 0));

        var reasons = reasons();

        assertThat(reasons).hasSize(4);
        assertThat(reasons.get(0)).isEqualTo("the node is draining");
        assertThat(reasons.get(1)).startsWith("broker 'default' is down: ");
        assertThat(reasons.get(2)).isEqualTo("function 'price' is FAILED: no database");
        assertThat(reasons.get(3)).isEqualTo("trigger 'price-orders' is STOPPED: its source ended");
    }

    @Test
    void isNotReadyWhileADeadLetterIsParked() throws Exception {
        trigger.set(trigger("RUNNING", "orders.dlq is full", 2));

        assertThat(reasons()).containsExactly("trigger 'price-orders' has 2 parked: orders.dlq is full");
    }

    @Test
    void isNotReadyWhileATopicOfAClusterIsClosedAndTellsItOnce() throws Exception {
        var closed = "topic 'orders' of broker 'kafka' is not open: no answer";
        closedTopics.set(List.of(new ClosedTopic("kafka", closed)));
        trigger.set(trigger("RUNNING", "", 0, List.of(new Trouble(-1, closed), new Trouble(3, "out of range"))));

        assertThat(reasons()).containsExactly(closed, "trigger 'price-orders', partition 3: out of range");
    }

    @Test
    void tellsOfABrokerThatIsDownAndNotOfEachOfItsTopics() throws Exception {
        broker.close().block(Duration.ofSeconds(5));
        var closed = "topic 'orders' of broker 'default' is not open: no answer";
        closedTopics.set(List.of(new ClosedTopic("default", closed)));
        trigger.set(trigger("RUNNING", closed, 0, List.of(new Trouble(-1, closed))));

        assertThat(reasons()).singleElement().asString().startsWith("broker 'default' is down: ");
    }

    @Test
    void isReadyWhileAFunctionStartsFromZero() throws Exception {
        function.set(
                new FunctionStatus("price", "P", "s", FunctionStatus.State.STARTING, "", 0, 1, 16, 0, 0, 0, 0, 0, 0));
        scaling.set(scaling(0, 12, 0.5));
        get("/health/ready", 200);

        scaling.set(scaling(1, 12, 0.5));
        assertThat(reasons()).containsExactly("function 'price' is STARTING");
    }

    @Test
    void tellsHowAFunctionScalesAndWhyAndTakesANumberOfInstances() throws Exception {
        assertThat(get("/admin/v1/functions/price/scaling", 200)
                        .path("lagEvents")
                        .asLong())
                .isEqualTo(12);
        assertThat(get("/admin/v1/functions/price/decisions?limit=5", 200).path("items"))
                .isEmpty();
        get("/admin/v1/functions/price/decisions?limit=0", 400);
        get("/admin/v1/functions/price/scale", 405);

        var scaled = send(HttpRequest.newBuilder(uri("/admin/v1/functions/price/scale"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"instances\": 4}")));
        assertThat(scaled.statusCode()).isEqualTo(200);
        assertThat(hand.instances()).hasValue(4);
    }

    @Test
    void tellsNothingOfAnEventWhoseIdIsNotEncoded() {
        assertThat(routes.get("/admin/v1/events/%zz/trace", "").status()).isEqualTo(400);
        assertThat(routes.get("/admin/v1/triggers/none/explain", "event=%zz").status())
                .isEqualTo(400);
        assertThat(routes.get("/admin/v1/events/a%2Fb+c/trace", "").status()).isEqualTo(404);
        assertThat(routes.allows("/admin/v1/events/a%2Fb/trace")).isEqualTo("GET, HEAD");
    }

    private static ScalingStatus scaling(int min, long lag, double need) {
        return ScalingRoutesTest.scaling(min, lag, need);
    }

    @Test
    void exportsMetersOfTheNodeAndTheVirtualMachine() throws Exception {
        metrics.registry().counter("sluice.test", "topic", "a\"b\nc").increment();

        var response = send(HttpRequest.newBuilder(uri("/metrics")));

        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/plain; version=0.0.4");
        assertThat(response.body())
                .contains("sluice_test_total{topic=\"a\\\"b\\nc\"} 1.0")
                .contains("jvm_memory_used_bytes")
                .contains("process_uptime_seconds");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:7070"})
    void refusesAHostThatIsNotThisMachine(String host) throws Exception {
        assertThat(raw("GET /admin/v1/functions HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 421 ");
    }

    @Test
    void servesTheConsoleUnderAStrictPolicy() throws Exception {
        var page = send(HttpRequest.newBuilder(uri("/")));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("content-security-policy").orElse(""))
                .contains("default-src 'none'")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("x-content-type-options")).contains("nosniff");
        var script = send(HttpRequest.newBuilder(uri("/console.js")));
        assertThat(script.headers().firstValue("content-type")).contains("text/javascript; charset=utf-8");
    }

    @Test
    void documentsExactlyTheRoutesThatThereAre() throws Exception {
        var paths = new TreeSet<String>();
        get("/admin/openapi.json", 200).path("paths").fieldNames().forEachRemaining(paths::add);

        assertThat(paths).isEqualTo(routes.paths());
    }

    @Test
    void documentsExactlyTheFieldsOfWhatIsPutTogether() throws Exception {
        var schemas = get("/admin/openapi.json", 200).path("components").path("schemas");

        assertThat(names(get("/admin/v1/functions/price/scaling", 200)))
                .isEqualTo(names(schemas.path("ScalingStatus").path("properties")));
        assertThat(names(get("/admin/v1/topics/orders", 200)))
                .isEqualTo(names(schemas.path("TopicItem").path("properties")));
    }

    private static TreeSet<String> names(JsonNode object) {
        var names = new TreeSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private List<String> reasons() throws Exception {
        var ready = get("/health/ready", 503);
        assertThat(ready.path("status").asText()).isEqualTo("NOT_READY");
        return StreamSupport.stream(ready.path("reasons").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static TriggerStatus trigger(String state, String detail, int parked) {
        return trigger(state, detail, parked, List.of());
    }

    private static TriggerStatus trigger(String state, String detail, int parked, List<Trouble> troubles) {
        var lag = new Lag("orders", "g", List.of(new Lag.PartitionLag(0, 4, 9)));
        return new TriggerStatus(
                "price-orders",
                "price",
                "orders",
                TriggerStatus.State.valueOf(state),
                detail,
                "every event",
                0,
                0,
                0,
                0,
                parked,
                0,
                5,
                0,
                0,
                "",
                0,
                0,
                5,
                0,
                0,
                0,
                0,
                0,
                5,
                lag,
                troubles);
    }

    private URI uri(String path) {
        return URI.create(server.url() + path);
    }

    private JsonNode get(String path, int status) throws Exception {
        var response = send(HttpRequest.newBuilder(uri(path)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return JSON.readTree(response.body());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
    }

    private String raw(String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", URI.create(server.url()).getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

package dev.sluice.server;

import static dev.sluice.server.KnativeNode.recorder;
import static dev.sluice.server.KnativeNode.soon;
import static dev.sluice.server.KnativeNode.trigger;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lines 42 to 48 of Knative's conformance: filters, by what comes to a function behind each. */
@Timeout(60)
class KnativeFiltersTest {
    /** Events by their id: type, then extensions and other attributes as headers. */
    private static final Map<String, List<String>> EVENTS = Map.of(
            "placed", List.of("com.acme.order.placed", "ce-subject", "orders/1.csv", "ce-tenant", "a"),
            "paid", List.of("com.acme.order.paid", "ce-subject", "orders/2.json", "ce-tenant", "b"),
            "bare", List.of("org.other.thing"));

    /** What passes each filter. */
    private static final Map<String, List<String>> FILTERS = new LinkedHashMap<>();

    static {
        FILTERS.put("[{exact: {type: com.acme.order.placed}}]", List.of("placed"));
        FILTERS.put("[{prefix: {type: com.acme.}}]", List.of("paid", "placed"));
        FILTERS.put("[{suffix: {subject: .csv}}]", List.of("placed"));
        FILTERS.put("[{cesql: \"tenant = 'b'\"}]", List.of("paid"));
        FILTERS.put("[{any: [{exact: {tenant: a}}, {exact: {type: org.other.thing}}]}]", List.of("bare", "placed"));
        FILTERS.put("[{any: [{exact: {tenant: a}}, {exact: {tenant: b}}]}]", List.of("paid", "placed"));
        FILTERS.put("[{all: [{prefix: {type: com.}}, {exact: {tenant: b}}]}]", List.of("paid"));
        FILTERS.put("[{prefix: {type: com.}}, {suffix: {subject: .json}}]", List.of("paid"));
        FILTERS.put("[{exact: {absent: x}}]", List.of());
        FILTERS.put("[{prefix: {absent: x}}]", List.of());
        FILTERS.put("[{suffix: {absent: x}}]", List.of());
        FILTERS.put("[{cesql: \"absent = 'x'\"}]", List.of());
        FILTERS.put("[{exact: {type: com.acme.order.placed, tenant: a}}]", List.of("placed"));
        FILTERS.put("[{exact: {type: com.acme.order.placed, tenant: b}}]", List.of());
        FILTERS.put("[{exact: {type: com.acme.Order.placed}}]", List.of());
        FILTERS.put("[]", List.of("bare", "paid", "placed"));
        FILTERS.put("[{not: {prefix: {subject: orders/1}}}]", List.of("bare", "paid"));
        FILTERS.put("[{not: {suffix: {absent: x}}}]", List.of("bare", "paid", "placed"));
        FILTERS.put("[{not: {exact: {tenant: a}}}, {prefix: {type: com.}}]", List.of("paid"));
    }

    private static KnativeNode node;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        var manifest = new StringBuilder();
        var number = 0;
        for (var filter : FILTERS.keySet()) {
            var name = "filter" + number++;
            manifest.append(recorder(name)).append(trigger(name, "in", name, "filters: " + filter));
        }
        node = new KnativeNode(folder, manifest.toString());
        for (var event : EVENTS.entrySet()) {
            var rest = event.getValue();
            node.publish(
                    "in",
                    event.getKey(),
                    rest.get(0),
                    rest.subList(1, rest.size()).toArray(String[]::new));
        }
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void deliversToEachOfManyTriggersExactlyWhatPassesItsFilter() throws Exception {
        soon().until(KnativeFiltersTest::allAreSettled);

        var number = 0;
        for (var filter : FILTERS.entrySet()) {
            assertThat(Recorder.doneIds("filter" + number++))
                    .as(filter.getKey())
                    .containsExactlyInAnyOrderElementsOf(filter.getValue());
        }
    }

    private static boolean allAreSettled() throws Exception {
        var settled = 0;
        for (var trigger : node.seen().get("/admin/v1/triggers").path("items")) {
            settled += trigger.path("done").asInt() + trigger.path("filtered").asInt();
        }
        return settled == FILTERS.size() * EVENTS.size();
    }

    @Test
    void neverFailsAnEventOverAnAttributeThatItLacks() throws Exception {
        soon().until(KnativeFiltersTest::allAreSettled);

        assertThat(node.seen().get("/admin/v1/triggers").path("items"))
                .hasSize(FILTERS.size())
                .allSatisfy(
                        trigger -> assertThat(trigger.path("failed").asInt()).isZero());
        assertThat(node.seen().events("in.dlq")).isZero();
    }
}

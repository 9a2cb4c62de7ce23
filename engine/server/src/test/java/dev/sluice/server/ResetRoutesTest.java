package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.deadletters.DeadLetterDesk;
import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.journal.JournalOptions;
import dev.sluice.server.explain.Explainer;
import dev.sluice.server.manifest.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** What the admin API says to those who ask for a position that can't be. */
class ResetRoutesTest {
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: price}
            spec: {handler: com.acme.Price}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: price-orders}
            spec: {topic: orders, function: price}
            """;

    @TempDir
    Path folder;

    private final Metrics metrics = new Metrics();
    private AdminRoutes routes;

    @BeforeEach
    void start() throws Exception {
        var manifest = Manifest.read(List.of(Files.writeString(folder.resolve("sluice.yaml"), MANIFEST)));
        var reset = new PositionReset(manifest.triggers(), name -> {
            throw new AssertionError("asked for broker " + name);
        });
        routes = new AdminRoutes(
                new NodeState(
                        List.of(),
                        List::of,
                        List::of,
                        List::of,
                        Map::of,
                        reset,
                        new NodeScaling(() -> "node-1", name -> Optional.empty(), name -> List.of(), Map.of()),
                        new Explainer(
                                () -> "node-1",
                                new Journal(JournalOptions.defaults()),
                                event -> Mono.just(List.of()),
                                List.of(),
                                List::of,
                                name -> {
                                    throw new AssertionError("asked for broker " + name);
                                },
                                (topic, partition, offset) -> Mono.empty()),
                        () -> false),
                new NodeLetters(
                        List.of(),
                        name -> {
                            throw new AssertionError("asked for broker " + name);
                        },
                        DeadLetterDesk.create(InstantSource.system(), trigger -> 3, metrics.registry())),
                new NodeReplays(
                        List.of(),
                        name -> {
                            throw new AssertionError("asked for broker " + name);
                        },
                        function -> null,
                        (trigger, source, rate) -> {
                            throw new AssertionError("asked for a replay into " + trigger);
                        },
                        DeadLetterDesk.create(InstantSource.system(), trigger -> 3, metrics.registry())),
                metrics);
    }

    @AfterEach
    void stop() {
        metrics.close();
    }

    @Test
    void namesThePlaceThatIsNoneAndTheRule() throws Exception {
        assertThat(problem("{\"to\":\"yesterday\"}"))
                .isEqualTo("to is 'yesterday': must be earliest, latest or a time such as 2026-01-31T06:00:00Z");
        assertThat(problem("{\"to\":\"" + "x".repeat(500) + "\"}"))
                .hasSizeLessThan(200)
                .contains("xxx…': must be");
    }

    @Test
    void tellsTheBodysFormToThoseWhoSendAnother() throws Exception {
        assertThat(problem("[]"))
                .isEqualTo(problem("{}"))
                .isEqualTo("the body must be {\"to\": …, \"partitions\": [0, 1]}; to must be earliest, latest or a"
                        + " time such as 2026-01-31T06:00:00Z");
    }

    private String problem(String body) throws IOException {
        var reply = routes.post("/admin/v1/triggers/price-orders/reset", body.getBytes(StandardCharsets.UTF_8));
        assertThat(reply.status()).isEqualTo(400);
        return new ObjectMapper().readTree(reply.body()).path("detail").asText();
    }
}

package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.server.manifest.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Schedules of a whole node: from a manifest to runs, commands, and what a restart knows. */
@Timeout(60)
class ScheduleNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Server
            spec: {port: 0, admin-port: 0, state: state}
            ---
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: forward}
            spec: {handler: dev.sluice.server.TestFunctions$Forward}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: tick}
            spec: {every: 1s, function: forward, answers: {topic: out}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: yearly}
            spec: {schedule: {cron: "@yearly", data: {a: 1}}, function: forward, answers: {topic: out}}
            ---
            apiVersion: sources.knative.dev/v1
            kind: PingSource
            metadata: {name: beat}
            spec: {sink: {uri: /topics/beats}}
            """;

    @TempDir
    private Path folder;

    private @Nullable Node node;

    @AfterEach
    void stop() {
        if (node != null) {
            node.stop();
        }
    }

    private NodeClient start() throws Exception {
        var file = Files.writeString(folder.resolve("sluice.yaml"), MANIFEST);
        var manifest = Manifest.read(List.of(file), Map.of(), null);
        var settings = Settings.of(Map.of("port", "0", "admin-port", "0"), Map.of(), manifest.server());
        var started = Node.start(manifest, settings);
        node = started;
        return new NodeClient(started);
    }

    @Test
    void runsAFunctionAtItsTimesAndKeepsAPauseOverARestart() throws Exception {
        var client = start();

        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(client.trigger("tick").path("done").asLong()).isGreaterThanOrEqualTo(2));
        var schedules = client.get("/admin/v1/schedules").path("items");
        assertThat(schedules).hasSize(3);
        assertThat(schedules.path(0).path("name").asText()).isEqualTo("pingsource.beat");
        assertThat(schedules.path(1).path("name").asText()).isEqualTo("tick");
        assertThat(schedules.path(1).path("next")).hasSize(10);
        assertThat(schedules.path(2).path("next").path(0).asText()).endsWith("-01-01T00:00:00Z");

        assertThat(client.change("/admin/v1/schedules/tick/pause", "{}").body())
                .isEqualTo("{\"schedule\":\"tick\",\"paused\":true,\"changed\":true}");
        node.stop();
        var again = start();

        var tick = again.get("/admin/v1/schedules/tick");
        assertThat(tick.path("paused").asBoolean()).isTrue();
        assertThat(again.change("/admin/v1/schedules/tick/resume", "{}").statusCode())
                .isEqualTo(200);
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(again.trigger("tick").path("done").asLong()).isPositive());
    }

    @Test
    void runsNowAndBackfills() throws Exception {
        var client = start();

        assertThat(client.change("/admin/v1/schedules/yearly/run", "{}").body()).contains("\"id\":\"yearly@");
        var to = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var span = "{\"from\":\"2020-06-01T00:00:00Z\",\"to\":\"" + to + "\",\"dryRun\":%s}";
        var dry = client.change("/admin/v1/schedules/yearly/backfill", span.formatted(true))
                .body();
        assertThat(dry).contains("\"events\":0").contains("2021-01-01T00:00:00Z");
        var years = dry.split("-01-01T00:00:00Z", -1).length - 1;
        assertThat(client.change("/admin/v1/schedules/yearly/backfill", span.formatted(false))
                        .body())
                .contains("\"events\":" + years);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        client.trigger("yearly").path("done").asLong())
                .isEqualTo(1 + years));
        assertThat(client.change("/admin/v1/schedules/none/run", "{}").statusCode())
                .isEqualTo(404);
        assertThat(client.change("/admin/v1/schedules/yearly/backfill", "{}").statusCode())
                .isEqualTo(400);
        var tooMany = client.change(
                "/admin/v1/schedules/tick/backfill",
                "{\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-01-02T00:00:00Z\"}");
        assertThat(tooMany.statusCode()).isEqualTo(400);
        assertThat(tooMany.body()).contains("there are more than 1000 times from 2026-01-01T00:00:00Z");
    }
}

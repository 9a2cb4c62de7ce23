package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own: what only a process has, signals and exit codes. */
@Timeout(40)
class MainProcessTest {
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: held}
            spec: {handler: dev.sluice.server.TestFunctions$Held, config: {until: "@until@"}}
            """;

    @TempDir
    Path folder;

    /** Two calls are in flight: the first signal lets them end, and the process ends with 0 because all is done. */
    @Test
    void finishesWhatIsInFlightOnSigtermAndEndsWithZero() throws Exception {
        var process = run("run", "-f", manifest(MANIFEST), "--port", "0", "--admin-port", "0");
        try (var out = process.inputReader();
                var err = process.errorReader()) {
            var ready = ready(out);
            var calls = List.of(call(ready), call(ready));
            awaitLeased(ready, 2);

            process.toHandle().destroy();
            awaitStopping(err);
            assertThat(process.isAlive()).isTrue();
            Files.createFile(until());

            assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            for (var call : calls) {
                assertThat(call.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void endsAtOnceOnASecondSignal() throws Exception {
        var process = run("run", "-f", manifest(MANIFEST), "--port", "0", "--admin-port", "0");
        try (var out = process.inputReader();
                var err = process.errorReader()) {
            var ready = ready(out);
            var call = call(ready);
            awaitLeased(ready, 1);
            process.toHandle().destroy();
            awaitStopping(err);

            process.toHandle().destroy();

            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 15);
            assertThat(call).failsWithin(Duration.ofSeconds(5));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void showsSampleEventsAnswersAndDeadLettersInDev() throws Exception {
        manifest("""
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: forward}
                spec: {handler: dev.sluice.server.TestFunctions$Forward}
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: t}
                spec: {topic: in, function: forward, answers: {topic: out}}
                """);
        var event = "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"%s\",\"data\":\"it's\"}\n";
        var events = Files.createDirectory(folder.resolve("events"));
        Files.writeString(events.resolve("in.jsonl"), event.formatted("1", "a") + event.formatted("2", "bad"));
        var process = run("dev", folder.toString(), "--port", "0", "--admin-port", "0", "--pace", "1ms");
        try (var out = process.inputReader();
                var err = process.errorReader()) {
            var ready = ready(out);
            var wanted = new ArrayList<>(List.of(
                    "curl -i " + ready.ingress() + "/topics/in",
                    "in      a",
                    "out     a.done",
                    "in.dlq  bad",
                    "all 2 sample events are fed"));
            var seen = new StringBuilder();
            while (!wanted.isEmpty()) {
                var line = err.readLine();
                assertThat(line).as("still wanted: %s, seen: %s", wanted, seen).isNotNull();
                seen.append(line).append('\n');
                wanted.removeIf(line::contains);
            }
            assertThat(seen).contains("it'\\''s").contains("rejected after 1: Rejected: bad event");

            process.toHandle().destroy();

            assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @Timeout(90)
    void tellsByItsOwnCommandsWhyThereAreInstancesAndTakesANumberOfThem() throws Exception {
        var process = run("run", "-f", manifest(MANIFEST), "--port", "0", "--admin-port", "0", "--node", "here");
        try (var out = process.inputReader()) {
            var ready = ready(out);
            var call = call(ready);
            awaitLeased(ready, 1);

            assertThat(output("why", "held", "--admin", ready.admin()))
                    .startsWith("held has 1 instance on here; policy demand, min 0, max 16\n")
                    .contains("now: 1 of 16 slots busy")
                    .contains("0 -> 1  ");
            assertThat(output("scale", "held", "2", "-o", "json", "--admin", ready.admin()))
                    .contains("\"before\" : 1", "\"instances\" : \"2\"");

            Files.createFile(until());
            assertThat(call.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        } finally {
            process.destroyForcibly();
        }
    }

    /** What a command prints that ends with 0. */
    private static String output(String... args) throws Exception {
        var process =
                builder(args).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    @Test
    void tellsEveryMistakeOnStderrAndEndsWith4() throws Exception {
        var process = run("validate", "-f", manifest(MANIFEST + "  timeout: x\nspcc: {}\n"));

        assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(4);
        assertThat(new String(process.getErrorStream().readAllBytes()))
                .contains("sluice.yaml:5:")
                .contains("nothing was applied");
        assertThat(process.getInputStream().readAllBytes()).isEmpty();
    }

    @Test
    void namesTheVariableThatIsWrongAndEndsWith2() throws Exception {
        var builder = builder("run", "-f", manifest(MANIFEST));
        builder.environment().put("SLUICE_PORT", "many");
        var process = builder.start();

        assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(new String(process.getErrorStream().readAllBytes()))
                .contains("SLUICE_PORT is 'many': must be a port");
    }

    private String manifest(String text) throws IOException {
        return Files.writeString(folder.resolve("sluice.yaml"), text.replace("@until@", until().toString()))
                .toString();
    }

    private Path until() {
        return folder.resolve("go-on");
    }

    private static Process run(String... args) throws IOException {
        return builder(args).start();
    }

    private static ProcessBuilder builder(String... args) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command);
    }

    /** The ready line's two addresses. */
    private record Ready(String ingress, String admin) {}

    private static Ready ready(BufferedReader out) throws IOException {
        var line = out.readLine();
        assertThat(line).startsWith("sluice ready: ingress http://127.0.0.1:");
        var words = line.split(" ");
        return new Ready(words[3], words[5]);
    }

    private static void awaitStopping(BufferedReader err) throws IOException {
        var line = err.readLine();
        while (line != null && !line.startsWith("stopping:")) {
            line = err.readLine();
        }
        assertThat(line).as("said that it stops").isNotNull();
    }

    private static CompletableFuture<HttpResponse<String>> call(Ready ready) {
        var request = HttpRequest.newBuilder(URI.create(ready.ingress() + "/functions/held"))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{}"))
                .build();
        return HttpClient.newHttpClient().sendAsync(request, BodyHandlers.ofString());
    }

    private static void awaitLeased(Ready ready, int leased) {
        var request = HttpRequest.newBuilder(URI.create(ready.admin() + "/admin/v1/functions/held"))
                .build();
        var client = HttpClient.newHttpClient();
        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        client.send(request, BodyHandlers.ofString()).body().contains("\"leased\":" + leased));
    }
}

package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.cli.CommandFailure;
import dev.sluice.cli.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The flag {@code --kafka} of {@code dev}: a Kafka of its own beside the engine, or one that runs. */
@Timeout(90)
@Execution(ExecutionMode.CONCURRENT)
class DevKafkaTest {
    private static final Path JARS = Path.of("..", "..", "brokers", "kafka-server", "target", "launcher", "lib");
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: forward}
            spec: {handler: dev.sluice.server.TestFunctions$Forward}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: t}
            spec: {topic: in, function: forward, answers: {topic: out}}
            """;
    private static final String EVENT = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"a\"}\n";

    @TempDir
    Path folder;

    @BeforeEach
    void layOut() throws IOException {
        Files.writeString(folder.resolve("sluice.yaml"), MANIFEST);
        Files.writeString(Files.createDirectory(folder.resolve("events")).resolve("in.jsonl"), EVENT);
    }

    @Test
    void runsOnAThrowAwayKafkaThatEndsWithTheEngineEvenWhenThatIsKilled() throws Exception {
        assumeTrue(
                Files.isDirectory(JARS),
                "skipped: no " + JARS + ", which the package phase of brokers/kafka-server makes");
        var process = dev(folder.toString(), "--kafka");
        try (var err = process.errorReader()) {
            awaitLines(err, List.of("kafka: starting", "kafka: serves at 127.0.0.1:", "in      a", "out     a.done"));
            var kafka = process.descendants().toList();
            assertThat(kafka).as("the engine's child").isNotEmpty().allMatch(ProcessHandle::isAlive);

            process.destroyForcibly();

            await().atMost(Duration.ofSeconds(20)).until(() -> kafka.stream().noneMatch(ProcessHandle::isAlive));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void tellsMistakesBeforeAKafkaIsStarted() throws Exception {
        Files.writeString(
                folder.resolve("sluice.yaml"), MANIFEST.replace("{topic: out}}", "{topic: out}, share: none}"));

        var process = dev("--kafka", folder.toString());

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(4);
        assertThat(new String(process.getErrorStream().readAllBytes()))
                .contains("spec.share: 'none'")
                .doesNotContain("kafka:");
    }

    @Test
    void refusesWhatIsNeitherServerNorFolder() throws Exception {
        var process = dev(folder.toString(), "--kafka", "nowhere");

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(new String(process.getErrorStream().readAllBytes()))
                .contains(
                        "--kafka is 'nowhere': it must be host:port with a port from 1 to 65535, or nothing for a throw-away");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:99999", "localhost:0", "a:9092,b:65536"})
    void refusesAPortThatCantBeWithOptionValueAndRule(String servers) {
        var command = new DevCommand();
        new CommandLine(command).parseArgs(folder.toString(), "--kafka", servers);

        var failure = catchThrowableOfType(CommandFailure.class, command::call);

        assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(failure)
                .hasMessage("--kafka is '" + servers + "': it must be host:port with a port from 1 to 65535, or nothing"
                        + " for a throw-away one");
    }

    private static Process dev(String... args) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                "dev",
                "--port",
                "0",
                "--admin-port",
                "0",
                "--pace",
                "1ms"));
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command);
        builder.environment().put("SLUICE_KAFKA_JARS", JARS.toString());
        var process = builder.start();
        // Reading what it says can't be interrupted, other than by its end.
        CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS).execute(process::destroyForcibly);
        return process;
    }

    private static void awaitLines(BufferedReader err, List<String> parts) throws IOException {
        var wanted = new ArrayList<>(parts);
        var seen = new StringBuilder();
        while (!wanted.isEmpty()) {
            var line = err.readLine();
            assertThat(line).as("still wanted: %s, seen: %s", wanted, seen).isNotNull();
            seen.append(line).append('\n');
            wanted.removeIf(line::contains);
        }
    }
}

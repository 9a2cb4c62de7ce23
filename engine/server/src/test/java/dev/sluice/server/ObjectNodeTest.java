package dev.sluice.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.server.manifest.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose trigger watches a folder, with events in memory. */
class ObjectNodeTest {
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: echo}
            spec: {handler: dev.sluice.server.TestFunctions$Forward}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: in}
            spec:
              object: {dir: inbox/, suffix: .csv, settle: 0s, poll: 100ms}
              function: echo
            """;

    @TempDir
    private Path folder;

    private final Settings settings = new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(5));

    private Manifest manifest() throws Exception {
        var file = Files.writeString(folder.resolve("sluice.yaml"), MANIFEST);
        return Manifest.read(List.of(file));
    }

    @Test
    void runsTheFunctionOnceForEachFileAndAgainInTheNextProcess() throws Exception {
        var inbox = Files.createDirectory(folder.resolve("inbox"));
        Files.writeString(inbox.resolve("a.csv"), "1");
        Files.writeString(inbox.resolve("b.txt"), "1");
        for (var process = 0; process < 2; process++) {
            var node = Node.start(manifest(), settings);
            try {
                await().atMost(20, SECONDS)
                        .until(() -> node.engine().triggers().get(0).done() == 1);
                assertThat(node.engine().triggers().get(0).topic()).isEqualTo("in.events");
            } finally {
                node.stop();
            }
        }
    }

    @Test
    void isNotReadyWhileTheFolderIsNotThere() throws Exception {
        var node = Node.start(manifest(), settings);
        try {
            var client = new NodeClient(node);
            var wrong = "trigger 'in': folder '" + folder.resolve("inbox") + "' can't be read: it does not exist";
            await().atMost(20, SECONDS).until(() -> client.reasons().equals(List.of(wrong)));
            Files.createDirectory(folder.resolve("inbox"));
            await().atMost(20, SECONDS).until(() -> client.reasons().isEmpty());
        } finally {
            node.stop();
        }
    }
}

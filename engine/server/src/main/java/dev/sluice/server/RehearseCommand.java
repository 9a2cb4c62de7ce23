package dev.sluice.server;

import dev.sluice.cli.CommandFailure;
import dev.sluice.cli.ExitCode;
import dev.sluice.cli.SluiceCommand;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import reactor.core.publisher.Mono;

/**
 * Does once what a node does from its start to its first events, and ends. The launcher runs it under the JVM's recorder,
 * whose archive of loaded classes makes later starts faster: what is not done here is not in it.
 */
@Command(
        name = "rehearse",
        description = "Start a node, send it an event, and end: what the launcher's archive of classes is made from.",
        mixinStandardHelpOptions = true,
        hidden = true)
final class RehearseCommand implements Callable<Integer> {
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: rehearse}
            spec: {handler: "dev.sluice.server.RehearseCommand$Echo"}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: rehearse}
            spec:
              topic: rehearsal
              filters: [{cesql: "type LIKE 'com.acme.%'"}]
              function: rehearse
              answers: {topic: rehearsed, type: com.acme.rehearsed}
            """;

    @Spec
    private @Nullable CommandSpec spec;

    /** The function that the rehearsal's node runs. */
    public static final class Echo implements Function<CloudEvent, Mono<CloudEvent>> {
        @Override
        public Mono<CloudEvent> apply(CloudEvent event) {
            return Mono.just(event);
        }
    }

    @Override
    public Integer call() throws IOException {
        var folder = Files.createTempDirectory("sluice-rehearsal");
        var file = folder.resolve("sluice.yaml");
        try {
            Files.writeString(file, MANIFEST);
            rehearse(file);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
        return ExitCode.OK;
    }

    private void rehearse(Path file) {
        var manifest = Manifests.read(List.of(file), RunCommand.line(spec).getErr());
        var settings = new Settings(Settings.HOST, 0, 0, Duration.ZERO);
        var node = RunCommand.start(() -> Node.start(manifest, settings));
        try {
            var event = List.of("--ingress", node.ingressUrl(), "--type", "com.acme.rehearsal", "--data", "{}");
            client(List.of("send", "rehearsal"), event);
            client(List.of("invoke", "rehearse"), event);
            for (var what : List.of("functions", "triggers", "topics")) {
                client(List.of("get", what), List.of("--admin", node.adminUrl()));
            }
        } finally {
            node.stop();
        }
    }

    private static void client(List<String> command, List<String> options) {
        var line = SluiceCommand.commandLine();
        var arguments = new ArrayList<>(command);
        arguments.addAll(options);
        var exit = line.execute(arguments.toArray(String[]::new));
        if (exit != ExitCode.OK) {
            throw new CommandFailure(exit, "the rehearsal's " + String.join(" ", command) + " failed");
        }
    }
}

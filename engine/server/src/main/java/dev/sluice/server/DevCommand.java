package dev.sluice.server;

import dev.sluice.cli.CommandFailure;
import dev.sluice.cli.ExitCode;
import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.server.manifest.Durations;
import dev.sluice.server.manifest.Manifest;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import reactor.core.publisher.Mono;

/** Runs a project's folder and shows what happens in it, with sample events to begin with. */
@Command(
        name = "dev",
        description = "Run the sluice.yaml of a folder, feed its sample events and show what happens.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Sample events are in FOLDER/events/TOPIC.jsonl, one structured CloudEvent per line.",
            "Example: sluice dev samples/orders",
            "         sluice dev samples/orders --kafka"
        })
final class DevCommand implements Callable<Integer> {
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final int PORT_MAX = 65_535;
    private static final Pattern SERVERS = Pattern.compile("[^\\s/:,]+:\\d{1,5}(,[^\\s/:,]+:\\d{1,5})*");

    /** Good enough to find the mistakes of manifests before a Kafka is started for them. */
    private static final String SOMEWHERE = "127.0.0.1:9092";

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FOLDER",
            description = "Where sluice.yaml is (default: this folder).")
    private @Nullable Path named;

    @Mixin
    private final NodeOptions options = new NodeOptions();

    @Option(names = "--pace", paramLabel = "TIME", description = "Pause before each sample event (default 500ms).")
    private String pace = "500ms";

    @Option(
            names = "--feed-rounds",
            paramLabel = "N",
            description = "How often the sample events are fed, 0 for without end (default 1).")
    private int rounds = 1;

    @Option(
            names = "--kafka",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "HOST:PORT",
            description =
                    "Run on Kafka instead of the manifests' default broker: the cluster there, or else a throw-away one"
                            + " that ends with this command.")
    private @Nullable String kafka;

    @Option(names = "--no-feed", description = "Feed no sample events.")
    private boolean noFeed;

    private Path folder = Path.of(".");

    @Override
    public Integer call() throws InterruptedException {
        var line = RunCommand.line(spec);
        var err = line.getErr();
        var pause = pause();
        var cluster = cluster();
        var manifests = List.of(manifest());
        if (cluster == null) {
            return run(Manifests.read(manifests, err), pause, line);
        }
        if (!cluster.isEmpty()) {
            err.println("kafka: uses the cluster at " + cluster + " instead of the manifests' default broker;"
                    + " topics that are missing are created there");
            return run(Manifests.read(manifests, cluster, err), pause, line);
        }
        // Mistakes are told before there is a wait for Kafka; warnings come twice.
        options.settings(Manifests.read(manifests, SOMEWHERE, err).server());
        feed();
        try (var throwAway = KafkaProcess.start(err)) {
            return run(Manifests.read(manifests, throwAway.bootstrapServers(), err), pause, line);
        }
    }

    /**
     * The cluster to run on: null for none, empty for a throw-away one. Sorts out a folder that came behind the flag.
     */
    private @Nullable String cluster() {
        var wanted = kafka;
        if (wanted != null && !wanted.isEmpty() && !servers(wanted)) {
            if (named != null || !Files.exists(Path.of(wanted))) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "--kafka is '" + wanted + "': it must be host:port with a port from 1 to " + PORT_MAX
                                + ", or nothing for a throw-away one");
            }
            named = Path.of(wanted);
            wanted = "";
        }
        folder = Objects.requireNonNullElse(named, Path.of("."));
        return wanted;
    }

    private static boolean servers(String text) {
        return SERVERS.matcher(text).matches()
                && Stream.of(text.split(",", -1))
                        .map(server -> Integer.parseInt(server.substring(server.indexOf(':') + 1)))
                        .allMatch(port -> port >= 1 && port <= PORT_MAX);
    }

    private Integer run(Manifest manifest, Duration pause, CommandLine line) throws InterruptedException {
        var err = line.getErr();
        var settings = options.settings(manifest.server());
        var feed = feed();
        var stop = StopSignal.install();
        var node = RunCommand.start(() -> Node.start(manifest, settings));
        var watch = TopicWatch.start(node, err, line.getColorScheme().ansi());
        line.getOut().println(node.readyLine());
        line.getOut().flush();
        tellHowToSend(node, feed, err);
        var feeding = watch.watching().then(feeding(node, feed, pause, err)).subscribe();
        stop.await();
        feeding.dispose();
        RunCommand.stop(node, settings, err);
        watch.dispose();
        stop.done();
        return ExitCode.OK;
    }

    private Duration pause() {
        if (rounds < 0) {
            throw new CommandFailure(ExitCode.USAGE, "--feed-rounds is " + rounds + ": must not be negative");
        }
        return Durations.parse(pace)
                .orElseThrow(() -> new CommandFailure(ExitCode.USAGE, "--pace is '" + pace + "': " + Durations.RULE));
    }

    private Path home() {
        var isFile = Files.isRegularFile(folder);
        return isFile ? Objects.requireNonNullElse(folder.getParent(), Path.of("")) : folder;
    }

    private Path manifest() {
        if (Files.isRegularFile(folder)) {
            return folder;
        }
        var file = folder.resolve("sluice.yaml").normalize();
        if (!Files.exists(file)) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND, "there is no " + file + ": name a folder that has a sluice.yaml");
        }
        return file;
    }

    private Feed feed() {
        try {
            return noFeed ? new Feed(List.of()) : Feed.read(home().resolve("events"));
        } catch (Feed.InvalidFeedException e) {
            throw new CommandFailure(ExitCode.INVALID, String.valueOf(e.getMessage()));
        }
    }

    private Mono<Void> feeding(Node node, Feed feed, Duration pause, PrintWriter err) {
        return node.topics()
                .opened()
                .then(feed.publish(node.topics(), pause, rounds))
                .then(Mono.fromRunnable(() -> {
                    if (!feed.events().isEmpty()) {
                        err.println("all " + feed.events().size() + " sample events are fed; Ctrl-C stops");
                    }
                }));
    }

    /** The command that sends an event of one's own, after the first sample's example. */
    private static void tellHowToSend(Node node, Feed feed, PrintWriter err) {
        feed.first().ifPresent(sample -> {
            var event = sample.event().toBuilder().id("my-1").build();
            var json = new String(new JsonEventFormat().write(event), StandardCharsets.UTF_8);
            err.println("send an event of your own:");
            err.println("  curl -i " + node.ingressUrl() + "/topics/" + sample.topic() + " -H 'Content-Type: "
                    + STRUCTURED + "' -d '" + json.replace("'", "'\\''") + "'");
        });
    }
}

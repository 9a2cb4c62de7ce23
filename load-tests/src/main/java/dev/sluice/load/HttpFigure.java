package dev.sluice.load;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Requests per second over HTTP, the engine's by another's. Both servers run in processes of their own under the same
 * flags; the one that is not measured stands still.
 *
 * @param id its number in the list of goals
 * @param what what it measures, in a line
 * @param aim what the ratio is meant to be
 * @param manifest what the engine runs
 * @param engine the engine's side
 * @param peer the other side
 */
record HttpFigure(String id, String what, Aim aim, String manifest, Target engine, Target peer) implements Figure {
    /** Room for a server to start. */
    private static final Duration START = Duration.ofSeconds(4);

    /** For the group to read what the last round left, which the figure stands on. */
    private static final Duration READ_MAX = Duration.ofSeconds(30);

    private static final List<String> FLAGS = List.of("-Xms1g", "-Xmx1g");

    /**
     * What is asked over and over.
     *
     * @param name the side in a word or two
     * @param bare how the bare server answers, {@code accept} or {@code echo}; empty when the engine is asked
     * @param path where the request goes
     * @param request the request as the load generator reads it
     * @param status what every answer has to be
     */
    record Target(String name, String bare, String path, String request, int status) {}

    private static final String TOPIC_MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: nothing}
            spec: {handler: dev.sluice.load.handler.Nothing, concurrency: 256, scaling: {policy: fixed, max: 1}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: reader}
            spec: {topic: {name: load, group: reader, start: earliest, order: key}, function: nothing}
            """;

    private static final String CALL_MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: echo}
            spec: {handler: dev.sluice.load.handler.Echo, concurrency: 256, scaling: {policy: fixed, max: 1}}
            """;

    private static Target publish(String name, String request) {
        return new Target(name, "", "/topics/load", request, 202);
    }

    /** Publishing to a topic on the memory broker that one group reads to its end. */
    static HttpFigure publish() {
        return new HttpFigure(
                "P1",
                "publish to a read topic / bare Netty",
                Aim.atLeast(0.85),
                TOPIC_MANIFEST,
                publish("engine", SampleEvent.binaryRequest()),
                new Target("bare Reactor Netty", "accept", "/topics/load", SampleEvent.binaryRequest(), 202));
    }

    /** Publishing in structured mode against binary mode. */
    static HttpFigure structured() {
        return new HttpFigure(
                "P2",
                "publish structured / binary",
                Aim.atLeast(0.85),
                TOPIC_MANIFEST,
                publish("structured", SampleEvent.structuredRequest()),
                publish("binary", SampleEvent.binaryRequest()));
    }

    /** Calling a function that answers with what it got. */
    static HttpFigure call() {
        return new HttpFigure(
                "P14",
                "call of an echo function / bare echo",
                Aim.atLeast(0.75),
                CALL_MANIFEST,
                new Target("engine", "", "/functions/echo", SampleEvent.binaryRequest(), 200),
                new Target("bare Reactor Netty", "echo", "/functions/echo", SampleEvent.binaryRequest(), 200));
    }

    @Override
    public Duration planned(Plan plan) {
        return plan.total().plus(START);
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        Wrk.mustBeThere(lab);
        progress.step(id + " start", START);
        var server = ServerProcess.engine(lab, manifest, FLAGS);
        var other = peer.bare().isEmpty() ? server : bare(lab, peer.bare());
        var duel = new Duel<>(id, side(lab, "engine", engine, server), side(lab, "peer", peer, other));
        var rounds = duel.run(plan, progress).stream()
                .map(turn -> new Round(turn.engine(), turn.peer()))
                .toList();
        server.mustRun();
        if (manifest.equals(TOPIC_MANIFEST)) {
            TopicCheck.awaitRead(server.admin(), "load", READ_MAX);
        }
        server.stop();
        if (other != server) {
            other.stop();
        }
        return List.of(new Row(id, what, "requests/s", aim, rounds));
    }

    private static ServerProcess bare(Lab lab, String mode) throws IOException, InterruptedException {
        return ServerProcess.start(lab, "bare", Lab.java(FLAGS, "dev.sluice.load.peer.BareServer", List.of(mode)));
    }

    private static Wrk side(Lab lab, String file, Target target, ServerProcess server) throws IOException {
        var url = URI.create(server.ingress() + target.path()).toString();
        return new Wrk(lab, target.name(), url, lab.write(file + ".request", target.request()), target.status());
    }
}

package dev.sluice.load;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * @param server what serves the other side; null is the engine
 */
record HttpFigure(
        String id, String what, Aim aim, String manifest, Target engine, Target peer, HttpPeers.@Nullable Server server)
        implements Figure {
    /** Room for a server to start. */
    private static final Duration START = Duration.ofSeconds(4);

    /** For the group to read what the last round left, which the figure stands on. */
    private static final Duration READ_MAX = Duration.ofSeconds(30);

    /**
     * What is asked over and over.
     *
     * @param name the side in a word or two
     * @param path where the request goes
     * @param request the request as the load generator reads it
     * @param status what every answer has to be
     */
    record Target(String name, String path, String request, int status) {}

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
        return new Target(name, "/topics/load", request, 202);
    }

    private static Target call(String name, String path) {
        return new Target(name, path, SampleEvent.binaryRequest(), 200);
    }

    /** Publishing to a topic on the memory broker that one group reads to its end. */
    static HttpFigure publish() {
        return publish("P1", "bare Netty", Aim.atLeast(0.85), HttpPeers.reactorNetty("accept"));
    }

    /** The same beside a Reactor Netty on loops like the engine's. */
    static HttpFigure publishBesideTuned() {
        return publish("P1-tuned", "bare Netty, tuned", Aim.none(), HttpPeers.tunedReactorNetty("accept"));
    }

    /** The same beside Vert.x. */
    static HttpFigure publishBesideVertx() {
        return publish("P1-vertx", "bare Vert.x", Aim.none(), HttpPeers.vertx("accept"));
    }

    private static HttpFigure publish(String id, String peer, Aim aim, HttpPeers.Server server) {
        return new HttpFigure(
                id,
                "publish to a read topic / " + peer,
                aim,
                TOPIC_MANIFEST,
                publish("engine", SampleEvent.binaryRequest()),
                publish(peer, SampleEvent.binaryRequest()),
                server);
    }

    /** Publishing in structured mode against binary mode. */
    static HttpFigure structured() {
        return new HttpFigure(
                "P2",
                "publish structured / binary",
                Aim.atLeast(0.85),
                TOPIC_MANIFEST,
                publish("structured", SampleEvent.structuredRequest()),
                publish("binary", SampleEvent.binaryRequest()),
                null);
    }

    /** Calling a function that answers with what it got. */
    static HttpFigure call() {
        return call("P14", "bare echo", Aim.atLeast(0.75), "/functions/echo", HttpPeers.reactorNetty("echo"));
    }

    /** The same beside a Reactor Netty on loops like the engine's. */
    static HttpFigure callBesideTuned() {
        return call(
                "P14-tuned", "bare echo, tuned", Aim.none(), "/functions/echo", HttpPeers.tunedReactorNetty("echo"));
    }

    /** The same beside Vert.x. */
    static HttpFigure callBesideVertx() {
        return call("P14-vertx", "bare Vert.x", Aim.none(), "/functions/echo", HttpPeers.vertx("echo"));
    }

    /** The same beside a function of Spring Cloud Function. */
    static HttpFigure callBesideSpringCloudFunction() {
        return call(
                "P14-spring-cloud-function",
                "Spring Cloud Function",
                Aim.none(),
                "/echo",
                HttpPeers.springCloudFunction());
    }

    private static HttpFigure call(String id, String peer, Aim aim, String path, HttpPeers.Server server) {
        return new HttpFigure(
                id,
                "call of an echo function / " + peer,
                aim,
                CALL_MANIFEST,
                call("engine", "/functions/echo"),
                call(peer, path),
                server);
    }

    @Override
    public Duration planned(Plan plan) {
        return plan.total().plus(START);
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        Wrk.mustBeThere(lab);
        progress.step(id + " start", START);
        var other = server == null ? null : server.start(lab, progress);
        var own = ServerProcess.engine(lab, manifest, HttpPeers.FLAGS);
        var duel =
                new Duel<>(id, side(lab, "engine", engine, own), side(lab, "peer", peer, other == null ? own : other));
        var rounds = duel.run(plan, progress).stream()
                .map(turn -> new Round(turn.engine(), turn.peer()))
                .toList();
        own.mustRun();
        if (manifest.equals(TOPIC_MANIFEST)) {
            TopicCheck.awaitRead(own.admin(), "load", READ_MAX);
        }
        own.stop();
        if (other != null) {
            other.stop();
        }
        return List.of(new Row(id, what, "requests/s", aim, rounds));
    }

    private static Wrk side(Lab lab, String file, Target target, ServerProcess server) throws IOException {
        var url = URI.create(server.ingress() + target.path()).toString();
        return new Wrk(lab, target.name(), url, lab.write(file + ".request", target.request()), target.status());
    }
}

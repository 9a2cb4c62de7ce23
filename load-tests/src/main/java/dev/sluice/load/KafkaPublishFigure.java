package dev.sluice.load;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Requests per second from HTTP into Kafka, acknowledged by all replicas before the 202, by what one writes by hand for
 * it.
 *
 * @param ground the Kafka that both write to, each to a topic of its own
 */
record KafkaPublishFigure(KafkaGround ground) implements Figure {
    private static final Duration START = Duration.ofSeconds(8);

    /** The engine's default, and the peer's. */
    private static final String LINGER_MILLIS = "5";

    @Override
    public String id() {
        return "P4";
    }

    @Override
    public String what() {
        return "HTTP to Kafka / hand-written Reactor Netty and producer";
    }

    @Override
    public Duration planned(Plan plan) {
        return plan.total().plus(START);
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        Wrk.mustBeThere(lab);
        progress.step("P4 start", START);
        var kafka = ground.bootstrap(progress);
        var own = ground.emptyTopic("publish-engine", progress);
        var other = ground.emptyTopic("publish-peer", progress);
        progress.say("P4 peer: Reactor Netty handle, KafkaProducer acks=all, idempotent, linger.ms=" + LINGER_MILLIS);
        var manifest = new EngineManifest(kafka, KafkaPeers.POLL_RECORDS_MAX)
                .publishable(own, ground.emptyTopic("idle", progress))
                .toString();
        var engine = ServerProcess.engine(lab, manifest, KafkaPeers.FLAGS);
        var peer = ServerProcess.start(
                lab,
                "kafka-post",
                Lab.java(KafkaPeers.FLAGS, "dev.sluice.load.peer.KafkaPost", List.of(kafka, other, LINGER_MILLIS)));
        var duel = new Duel<>(id(), side(lab, "engine", engine, own), side(lab, "hand-written", peer, other));
        var rounds = duel.run(plan, progress).stream()
                .map(turn -> new Round(turn.engine(), turn.peer()))
                .toList();
        engine.mustRun();
        engine.stop();
        peer.stop();
        return List.of(new Row(id(), what(), "requests/s", Aim.atLeast(1.2), rounds));
    }

    private static Wrk side(Lab lab, String name, ServerProcess server, String topic) throws IOException {
        var url = URI.create(server.ingress() + "/topics/" + topic).toString();
        return new Wrk(lab, name, url, lab.write(name + ".request", SampleEvent.binaryRequest()), 202);
    }
}

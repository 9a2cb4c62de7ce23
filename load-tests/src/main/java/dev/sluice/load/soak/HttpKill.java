package dev.sluice.load.soak;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** Events come in over HTTP and the engine is killed under them: every event that was answered with 202 has to run. */
final class HttpKill implements Scenario {
    private static final Duration PUBLISH_MAX = Duration.ofSeconds(30);

    private volatile URI ingress = URI.create("http://127.0.0.1:9");

    @Override
    public String name() {
        return "http-kill";
    }

    @Override
    public int secondsPerRound() {
        return 7;
    }

    @Override
    public void run(Stage stage, int rounds) throws Exception {
        stage.createTopic(stage.topic(), Stage.PARTITIONS, Map.of());
        var manifest = stage.manifest().withStaticMember("soak-1");
        var engine = stage.launch("one", manifest);
        ingress = engine.awaitReady();
        var load = stage.load();
        stage.publish(new HttpPublisher(
                () -> ingress, stage.topic(), load, () -> stage.watch().open() < load.openMax(), stage::acknowledged));
        for (var round = 1; round <= rounds; round++) {
            stage.progress().round(name(), round, rounds, stage, secondsPerRound());
            if (!stage.watch().awaitMorePublished(1, PUBLISH_MAX)) {
                stage.broken("round " + round + ": no event was taken for " + PUBLISH_MAX.toSeconds() + " s");
            }
            stage.pass(stage.between(0.2, 3));
            stage.kill(engine);
            engine = stage.launch("one", manifest);
            ingress = engine.awaitReady();
        }
    }
}

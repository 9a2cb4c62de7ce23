package dev.sluice.load.soak;

import java.io.IOException;
import java.util.Map;

/** Two to five engines of one group: every 2 to 5 s one joins, leaves in order, or is killed. */
final class Rebalance implements Scenario {
    private static final int ENGINES_MIN = 2;
    private static final int ENGINES_MAX = 5;

    private final Protocol protocol;
    private final double secondsMin;
    private final double secondsMax;
    private int named;

    /** How the group spreads its partitions. */
    enum Protocol {
        EAGER("eager", "partition.assignment.strategy", "org.apache.kafka.clients.consumer.RangeAssignor"),
        COOPERATIVE(
                "cooperative",
                "partition.assignment.strategy",
                "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"),
        CONSUMER("consumer", "group.protocol", "consumer");

        private final String word;
        private final String property;
        private final String value;

        Protocol(String word, String property, String value) {
            this.word = word;
            this.property = property;
            this.value = value;
        }
    }

    Rebalance(Protocol protocol) {
        this(protocol, 2, 5);
    }

    /** With so many seconds between two changes. */
    Rebalance(Protocol protocol, double secondsMin, double secondsMax) {
        this.protocol = protocol;
        this.secondsMin = secondsMin;
        this.secondsMax = secondsMax;
    }

    @Override
    public String name() {
        return "rebalance-" + protocol.word;
    }

    @Override
    public int secondsPerRound() {
        return 6;
    }

    @Override
    public void run(Stage stage, int rounds) throws Exception {
        stage.publish(stage.load());
        for (var i = 0; i < ENGINES_MIN; i++) {
            join(stage);
        }
        for (var engine : stage.engines()) {
            engine.awaitReady();
        }
        for (var round = 1; round <= rounds; round++) {
            stage.progress().round(name(), round, rounds, stage, secondsPerRound());
            stage.pass(stage.between(secondsMin, secondsMax));
            change(stage);
        }
        for (var engine : stage.engines()) {
            engine.awaitReady();
        }
    }

    private void change(Stage stage) throws Exception {
        var engines = stage.engines();
        var dice = stage.random().nextInt(3);
        if (engines.size() <= ENGINES_MIN || (dice == 0 && engines.size() < ENGINES_MAX)) {
            join(stage);
            return;
        }
        var leaving = engines.get(stage.random().nextInt(engines.size()));
        leaving.awaitReady();
        if (dice == 1) {
            stage.stop(leaving);
        } else {
            stage.kill(leaving);
        }
    }

    private EngineProcess join(Stage stage) throws IOException {
        named++;
        stage.watch().mark("joined " + named);
        return stage.launch("engine-" + named, manifest(stage));
    }

    private EngineManifest manifest(Stage stage) {
        var usual = stage.manifest();
        // The protocol of KIP-848 leaves these two to the broker.
        var manifest = protocol == Protocol.CONSUMER
                ? new EngineManifest(
                        usual.bootstrapServers(),
                        null,
                        Map.of(),
                        usual.topic(),
                        usual.group(),
                        usual.ledger(),
                        usual.delayMillisMax())
                : usual;
        return manifest.with("consumer." + protocol.property, protocol.value);
    }
}

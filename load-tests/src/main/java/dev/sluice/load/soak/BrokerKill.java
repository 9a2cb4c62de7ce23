package dev.sluice.load.soak;

import dev.sluice.broker.kafka.server.KafkaOptions;
import java.time.Duration;

/**
 * One of three Kafka nodes is killed with SIGKILL, left dead for a moment, and started again; three replicas, two in
 * sync. On request the engine is killed at about the same time.
 */
final class BrokerKill implements Scenario {
    private static final int NODES = 3;
    private static final Duration IN_SYNC_MAX = Duration.ofMinutes(2);

    private final boolean both;

    private BrokerKill(boolean both) {
        this.both = both;
    }

    static BrokerKill alone() {
        return new BrokerKill(false);
    }

    static BrokerKill withEngine() {
        return new BrokerKill(true);
    }

    @Override
    public String name() {
        return both ? "both-kill" : "broker-kill";
    }

    @Override
    public int secondsPerRound() {
        return both ? 20 : 15;
    }

    @Override
    public KafkaOptions kafka() {
        return KafkaOptions.nodes(NODES);
    }

    @Override
    public void run(Stage stage, int rounds) throws Exception {
        stage.publish(stage.load());
        var manifest = stage.manifest().withStaticMember("soak-1");
        var engine = stage.start("one", manifest);
        stage.kafka().awaitInSync(IN_SYNC_MAX);
        for (var round = 1; round <= rounds; round++) {
            stage.progress().round(name(), round, rounds, stage, secondsPerRound());
            stage.pass(stage.between(0.2, 3));
            var node = 1 + stage.random().nextInt(NODES);
            // While a coordinator moves, commits fail: what is begun meanwhile may run again if its process ends too.
            stage.watch().unsettled(Checker.ANYONE, "killed node " + node);
            stage.kafka().kill(node);
            if (both) {
                stage.pass(stage.between(0, 1));
                stage.killUnasked(engine);
            }
            stage.watch().settled(Checker.ANYONE);
            if (both) {
                engine = stage.launch("one", manifest);
            }
            stage.pass(stage.between(0.5, 3));
            stage.kafka().restart(node);
            stage.kafka().awaitInSync(IN_SYNC_MAX);
            engine.awaitReady();
        }
    }
}

package dev.sluice.load.soak;

import dev.sluice.broker.kafka.server.KafkaOptions;
import dev.sluice.load.soak.TcpProxy.Fault;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Two engines of one group, one of them behind a proxy that makes its way to Kafka slow, deaf in one direction or both,
 * or cuts it, for 1 to 12 s: for longer than its session, too, so that its partitions go to the other one unasked.
 */
final class Partition implements Scenario {
    private static final int LATENCY_MILLIS = 200;
    private static final int SETTLE_EVENTS = 2_000;
    private static final Duration SETTLE_MAX = Duration.ofSeconds(60);

    private final TcpProxy proxy = new TcpProxy(this::target);
    private volatile int target;

    private int target() {
        return target;
    }

    @Override
    public String name() {
        return "partition";
    }

    @Override
    public int secondsPerRound() {
        return 15;
    }

    @Override
    public KafkaOptions kafka() {
        return KafkaOptions.nodes(1).advertisedAt(List.of(proxy.port()));
    }

    @Override
    public void run(Stage stage, int rounds) throws Exception {
        target = stage.kafka().proxiedPort(1);
        stage.publish(stage.load());
        var hurt = stage.start(
                "hurt",
                stage.manifest()
                        .at(stage.kafka().proxiedBootstrapServers())
                        .with("consumer.request.timeout.ms", "5000"));
        stage.start("well", stage.manifest());
        for (var round = 1; round <= rounds; round++) {
            stage.progress().round(name(), round, rounds, stage, secondsPerRound());
            stage.pass(stage.between(1, 3));
            hurt(stage, hurt, round);
            if (!stage.watch().awaitMoreDone(SETTLE_EVENTS, SETTLE_MAX)) {
                stage.broken("round " + round + ": nothing moved for " + SETTLE_MAX.toSeconds() + " s after the fault");
            }
        }
    }

    private void hurt(Stage stage, EngineProcess engine, int round) throws InterruptedException, IOException {
        var faults = Fault.values();
        var fault = faults[round % faults.length];
        stage.watch().unsettled(engine.pid(), fault == Fault.NONE ? "reset" : fault.toString());
        if (fault == Fault.NONE) {
            proxy.reset();
        } else if (fault == Fault.LATENCY) {
            proxy.delay(LATENCY_MILLIS);
        } else {
            proxy.set(fault);
        }
        stage.pass(stage.between(1, 12));
        proxy.set(Fault.NONE);
        // Connections that swallowed something are of no use any more.
        proxy.reset();
        stage.pass(EngineManifest.SESSION_MILLIS / 1e3 / 2);
        stage.watch().settled(engine.pid());
    }

    @Override
    public void close() {
        proxy.close();
    }
}

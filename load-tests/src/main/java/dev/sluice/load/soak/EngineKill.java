package dev.sluice.load.soak;

import java.time.Duration;

/**
 * An engine is killed with SIGKILL 0.2 to 3 s after it began to work, and started again. A static member of its group.
 */
final class EngineKill implements Scenario {
    private static final Duration WORK_MAX = Duration.ofMinutes(1);

    @Override
    public String name() {
        return "engine-kill";
    }

    @Override
    public int secondsPerRound() {
        return 7;
    }

    @Override
    public void run(Stage stage, int rounds) throws Exception {
        stage.publish(stage.load());
        var manifest = stage.manifest().withStaticMember("soak-1");
        var engine = stage.start("one", manifest);
        for (var round = 1; round <= rounds; round++) {
            stage.progress().round(name(), round, rounds, stage, secondsPerRound());
            // One in four dies at any moment from its start on, the others at work.
            if (stage.random().nextInt(4) > 0 && !stage.watch().awaitMoreDone(1, WORK_MAX)) {
                stage.broken(
                        "round " + round + ": nothing was done within " + WORK_MAX.toSeconds() + " s of the start");
            }
            stage.pass(stage.between(0.2, 3));
            stage.kill(engine);
            engine = stage.start("one", manifest);
        }
    }
}

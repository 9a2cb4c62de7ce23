package dev.sluice.load.soak;

/** Two engines of one group; one after the other is stopped in order and started again. Nothing may be doubled. */
final class RollingRestart implements Scenario {
    private static final int ENGINES = 2;

    @Override
    public String name() {
        return "rolling-restart";
    }

    @Override
    public int secondsPerRound() {
        return 9;
    }

    @Override
    public void run(Stage stage, int rounds) throws Exception {
        stage.publish(stage.load());
        var engines = new EngineProcess[ENGINES];
        for (var i = 0; i < ENGINES; i++) {
            engines[i] = stage.start("engine-" + i, stage.manifest());
        }
        for (var round = 1; round <= rounds; round++) {
            stage.progress().round(name(), round, rounds, stage, secondsPerRound());
            stage.pass(stage.between(1, 3));
            var next = round % ENGINES;
            stage.stop(engines[next]);
            engines[next] = stage.start("engine-" + next, stage.manifest());
        }
    }
}

package dev.sluice.load.soak;

/** An engine is killed with SIGKILL after 0.2 to 3 s under load, and started again. A static member of its group. */
final class EngineKill implements Scenario {
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
            stage.pass(stage.between(0.2, 3));
            stage.kill(engine);
            engine = stage.start("one", manifest);
        }
    }
}

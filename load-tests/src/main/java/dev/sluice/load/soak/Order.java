package dev.sluice.load.soak;

import java.util.function.UnaryOperator;

/**
 * Keys of other shapes than the usual 97: 100,000 of them, or one with 80 % of all events. One of two engines is killed
 * or stopped in each round, by turns, and started again.
 */
final class Order implements Scenario {
    private static final int MANY = 100_000;
    private static final double HOT_SHARE = 0.8;
    /** A hot key's events run one after another, 1.5 ms each: more than some hundred a second would only pile up. */
    private static final double HOT_RATE = 0.06;

    private final String name;
    private final UnaryOperator<Load> shape;

    private Order(String name, UnaryOperator<Load> shape) {
        this.name = name;
        this.shape = shape;
    }

    static Order ofManyKeys() {
        return new Order("order-many", load -> load.withKeys(MANY));
    }

    static Order ofAHotKey() {
        return new Order("order-hot", load -> load.withHotKey(HOT_SHARE, HOT_RATE));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int secondsPerRound() {
        return 9;
    }

    @Override
    public void run(Stage stage, int rounds) throws Exception {
        stage.publish(shape.apply(stage.load()));
        var engines = new EngineProcess[2];
        for (var i = 0; i < engines.length; i++) {
            engines[i] = stage.start("engine-" + i, stage.manifest());
        }
        for (var round = 1; round <= rounds; round++) {
            stage.progress().round(name(), round, rounds, stage, secondsPerRound());
            stage.pass(stage.between(1, 3));
            var next = round % engines.length;
            if (stage.random().nextBoolean()) {
                stage.kill(engines[next]);
            } else {
                stage.stop(engines[next]);
            }
            engines[next] = stage.start("engine-" + next, stage.manifest());
        }
    }
}

package dev.sluice.load;

/** Loads that are played to a real engine: those of the simulator, in a tenth of their time. */
enum RealLoad {
    /** 20 events a second, 400 from the sixth second to the twenty-fourth of sixty, then 20 again. */
    STEP {
        @Override
        double due(double at) {
            return 20 * at + 380 * Math.max(0, Math.min(at, 0.4) - 0.1);
        }
    },
    /** 20 events a second, and as many as those of 150 s at once after a tenth of the time. */
    SPIKE {
        @Override
        double due(double at) {
            return 20 * at + (at >= 0.1 ? 50 : 0);
        }
    };

    /** Events so far, by second of the whole load's time; {@code at} is the share of it that has passed. */
    abstract double due(double at);

    /** Events that were to be sent in the first seconds of a load that takes {@code total}. */
    long due(double second, double total) {
        return (long) (due(Math.min(1, second / total)) * total);
    }
}

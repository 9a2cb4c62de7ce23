package dev.sluice.engine.scaling;

import dev.sluice.broker.Ordering;
import java.util.Random;

/** The events of a run, by number in the order they come: drawn once, so that every policy meets the same. */
final class SimEvents {
    /** No lane: free to run beside any other. */
    static final int FREE = -1;

    final int count;
    final int lanes;
    private final long[] arrivals;
    private final long[] runs;
    private final int[] partitions;
    private final int[] laneOf;

    SimEvents(Scenario scenario) {
        var topic = scenario.topic();
        arrivals = scenario.shape().arrivals(scenario.seed());
        count = arrivals.length;
        runs = new long[count];
        partitions = new int[count];
        laneOf = new int[count];
        lanes = Math.max(topic.keys(), topic.partitions());
        var random = new Random(scenario.seed() + 1);
        var spread = scenario.work().spread();
        var sigma = Math.sqrt(Math.log(1 + spread * spread));
        var mean = scenario.work().run().toNanos();
        for (var i = 0; i < count; i++) {
            var key = random.nextInt(topic.keys());
            runs[i] = (long) (mean * Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2));
            partitions[i] = key % topic.partitions();
            laneOf[i] = lane(topic.ordering(), key, partitions[i]);
        }
    }

    private static int lane(Ordering ordering, int key, int partition) {
        return switch (ordering) {
            case NONE -> FREE;
            case KEY -> key;
            case PARTITION -> partition;
        };
    }

    long arrivalNanos(int event) {
        return arrivals[event];
    }

    long runNanos(int event) {
        return runs[event];
    }

    int partition(int event) {
        return partitions[event];
    }

    int lane(int event) {
        return laneOf[event];
    }
}

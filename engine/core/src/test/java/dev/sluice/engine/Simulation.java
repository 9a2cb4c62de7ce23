package dev.sluice.engine;

import java.util.function.LongConsumer;

/**
 * Seeded schedules of everything that can happen between a source, an engine, its functions, their answers and their dead
 * letters, with faults in each; on the caller's thread, on a clock of its own. Several threads may each have one.
 */
public final class Simulation {
    private final KafkaSchedule.Totals totals = new KafkaSchedule.Totals();

    /** What kind of source a schedule has. */
    public enum Source {
        /** In the process; an engine that lives. */
        MEMORY,
        /** A log with committed positions, and engines of one group that come and go. */
        KAFKA
    }

    /**
     * Runs schedules one after another.
     *
     * @param told the number of schedules that are done, after each
     * @throws AssertionError when a promise breaks; names the seed with which it does so again
     */
    public void run(Source source, long firstSeed, long schedules, LongConsumer told) {
        for (var done = 0L; done < schedules; done++) {
            var seed = firstSeed + done;
            try {
                if (source == Source.MEMORY) {
                    new MemorySchedule(seed).run();
                } else {
                    totals.add(new KafkaSchedule(seed).run());
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("source " + source + ", seed " + seed + ": " + e.getMessage(), e);
            }
            told.accept(done + 1);
        }
    }

    /** What the schedules with the source {@link Source#KAFKA} did: kills, stops, partitions given up, lost, repeats. */
    public long[] totals() {
        return new long[] {totals.kills, totals.stops, totals.moves, totals.losses, totals.repeats};
    }

    KafkaSchedule.Totals kafkaTotals() {
        return totals;
    }
}

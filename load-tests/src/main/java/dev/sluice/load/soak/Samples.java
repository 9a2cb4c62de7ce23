package dev.sluice.load.soak;

import java.util.ArrayList;
import java.util.List;

/**
 * What was looked at now and then: how much was published and done by then, and what was done to the system meanwhile.
 * Keeps at most {@value #MAX} samples, fewer and wider ones as time goes on. Not for several threads.
 */
final class Samples {
    static final int MAX = 1_000;

    private final List<Sample> samples = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private int every = 1;
    private int skipped;

    /**
     * @param seconds since the start
     * @param published events acknowledged by then
     * @param done events of which a run had ended by then
     */
    record Sample(double seconds, long published, long done) {
        /** Events acknowledged and not done. */
        long lag() {
            return Math.max(0, published - done);
        }
    }

    /**
     * @param seconds since the start
     * @param what happened
     */
    record Mark(double seconds, String what) {}

    void add(Sample sample) {
        if (++skipped < every) {
            return;
        }
        skipped = 0;
        samples.add(sample);
        if (samples.size() >= MAX) {
            var half = new ArrayList<Sample>();
            for (var i = 0; i < samples.size(); i += 2) {
                half.add(samples.get(i));
            }
            samples.clear();
            samples.addAll(half);
            every *= 2;
        }
    }

    void mark(double seconds, String what) {
        if (marks.size() < MAX) {
            marks.add(new Mark(seconds, what));
        }
    }

    List<Sample> all() {
        return List.copyOf(samples);
    }

    List<Mark> marks() {
        return List.copyOf(marks);
    }
}

package dev.sluice.load.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an overload did to one way into an engine.
 *
 * @param way what was called
 * @param capacity runs per second that the function can do at most
 * @param usual runs that ended per second while as much was asked for as the function can do
 * @param beyond the same while twice as much was
 * @param full what became of the requests of both
 * @param lateMillis how long 99 % of those took that were accepted while twice as much was asked for
 * @param sentLateMillis how late the client itself sent 99 % of them: on a machine that is busy with others, a part
 *     of what they took
 * @param calmSeconds how long it took, once half as much was asked for, until all was accepted again, and in time; -1
 *     for longer than was looked
 * @param usualHeap live bytes on the engine's heap while as much was asked for as it can do
 * @param beyondHeap the same while twice as much was
 */
record OverloadVerdict(
        String way,
        int capacity,
        double usual,
        double beyond,
        Requests full,
        double lateMillis,
        double sentLateMillis,
        int calmSeconds,
        long usualHeap,
        long beyondHeap) {
    /** The least share of the usual goodput, over all rounds. */
    static final double GOODPUT_MIN = 0.9;
    /** The least share of what the function can do that has to run when just as much is asked for. */
    static final double USUAL_MIN = 0.85;
    /** What 99 % of what is accepted may take. */
    static final int LATE_MAX_MILLIS = 2_000;
    /** How long it may take until all is as usual again. */
    static final int CALM_MAX_SECONDS = 5;
    /** What an overload may keep on the heap more than a full load does. */
    static final int HEAP_MAX_BYTES = 2 << 20;

    /**
     * What became of requests.
     *
     * @param accepted answered 2xx
     * @param refused answered 429 or 503
     * @param mute refused without a word on when to try again
     * @param odd sent, and answered otherwise or not at all
     * @param unsent beyond what the client may wait for
     * @param lost accepted, and no run of it ended
     * @param doubled accepted, and begun more than once
     * @param haunting refused, and run
     */
    record Requests(int accepted, int refused, int mute, int odd, int unsent, int lost, int doubled, int haunting) {}

    /** The share of the usual goodput that is left while twice as much is asked for, of all rounds together. */
    static double goodput(List<OverloadVerdict> rounds) {
        var usual = rounds.stream().mapToDouble(OverloadVerdict::usual).sum();
        return usual == 0
                ? 0
                : rounds.stream().mapToDouble(OverloadVerdict::beyond).sum() / usual;
    }

    /** The promises that did not hold, but for the goodput, which is told of several rounds; none when all is well. */
    List<String> broken() {
        var broken = new ArrayList<String>();
        check(broken, usual >= USUAL_MIN * capacity, "%.0f a second ran where the function can do %d", usual, capacity);
        check(broken, full.refused > 0, "nothing was refused: it was no overload");
        check(broken, full.mute == 0, "%,d refusals had no Retry-After", full.mute);
        check(broken, full.odd == 0, "%,d requests were neither accepted nor refused", full.odd);
        check(broken, full.unsent == 0, "%,d requests were not sent, as too many waited for answers", full.unsent);
        check(broken, full.lost == 0, "%,d accepted events were lost", full.lost);
        check(broken, full.doubled == 0, "%,d accepted events ran more than once", full.doubled);
        check(broken, full.haunting == 0, "%,d refused events ran", full.haunting);
        check(broken, lateMillis <= LATE_MAX_MILLIS, "what was accepted took %.0f ms (99 %%)", lateMillis);
        check(
                broken,
                calmSeconds >= 0 && calmSeconds <= CALM_MAX_SECONDS,
                "it was not calm within %d s",
                CALM_MAX_SECONDS);
        check(
                broken,
                beyondHeap - usualHeap <= HEAP_MAX_BYTES,
                "the heap grew by %.1f MiB",
                (beyondHeap - usualHeap) / 1048576.0);
        return broken;
    }

    private void check(List<String> broken, boolean holds, String what, Object... values) {
        if (!holds) {
            broken.add(way + ": " + String.format(Locale.ROOT, what, values));
        }
    }

    /** In a sentence. */
    String figure() {
        return String.format(
                Locale.ROOT,
                "%s: %.0f a second at 1x, %.0f at 2x (%.0f %%); of %,d accepted %d lost, %d doubled;"
                        + " %,d refused, of which %d ran;"
                        + " accepted within %.0f ms (99 %%), sent %.0f ms late; calm after %d s;"
                        + " heap %.1f and %.1f MiB",
                way,
                usual,
                beyond,
                100 * beyond / usual,
                full.accepted,
                full.lost,
                full.doubled,
                full.refused,
                full.haunting,
                lateMillis,
                sentLateMillis,
                calmSeconds,
                usualHeap / 1048576.0,
                beyondHeap / 1048576.0);
    }
}

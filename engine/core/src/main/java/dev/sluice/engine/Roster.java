package dev.sluice.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;

/**
 * A function's triggers as they come and go. What one had counted stays counted when it goes, so that the function's
 * sums never fall. Changed on the home loop, read by any thread.
 */
final class Roster {
    /** What a trigger beside others may have: one in so many slots, and of places for events that wait for one. */
    static final int BESIDE_PART = 4;

    private final List<Pipeline> here = new CopyOnWriteArrayList<>();
    private volatile Picture picture = new Picture(new PipelineCounts(), List.of());

    /** Who is here and what the others had counted, of one moment. Only who reads topics ever leaves. */
    private record Picture(PipelineCounts gone, List<Pipeline> here) {}

    /** Those that are here, as they come and go. */
    List<Pipeline> here() {
        return here;
    }

    void join(Pipeline pipeline) {
        here.add(pipeline);
        picture = new Picture(picture.gone(), List.copyOf(here));
    }

    void leave(Pipeline pipeline) {
        here.remove(pipeline);
        var gone = new PipelineCounts();
        gone.addRuns(picture.gone());
        gone.addRuns(pipeline.counts);
        picture = new Picture(gone, List.copyOf(here));
    }

    /**
     * The sum over all that are, or were, here.
     *
     * @param calls whether those that callers use are meant, or those that read topics
     */
    long sum(boolean calls, ToLongFunction<PipelineCounts> count) {
        var now = picture;
        var sum = calls ? 0 : count.applyAsLong(now.gone());
        for (var pipeline : now.here()) {
            if ((pipeline.spec().source() == null) == calls) {
                sum += count.applyAsLong(pipeline.counts);
            }
        }
        return sum;
    }

    /**
     * Slots that a trigger beside others may have in use: a quarter while others of the function have events open, and
     * all but a quarter while none has, so that what comes finds slots free. One at least.
     *
     * @param usable slots that the function may use now
     */
    int slotsBeside(Pipeline one, int usable) {
        var quarter = usable / BESIDE_PART;
        return Math.max(1, othersBusy(one) ? quarter : usable - Math.max(1, quarter));
    }

    /** Whether another than this one has events open. */
    private boolean othersBusy(Pipeline one) {
        for (var pipeline : here) {
            if (pipeline != one && pipeline.busy() > 0) {
                return true;
            }
        }
        return false;
    }
}

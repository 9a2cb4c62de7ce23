package dev.sluice.server;

import dev.sluice.server.manifest.FunctionManifest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Shares out the threads that a Java without virtual ones has for blocking functions, each of whose slots needs one.
 * What manifests say is kept to the letter or refused; functions that say nothing of {@code scaling.max} share what is
 * left, up to the default.
 */
final class BlockingThreads {
    private final int threads;
    private final List<FunctionManifest> written = new ArrayList<>();
    private final List<FunctionManifest> open = new ArrayList<>();

    /** @param threads how many there are */
    BlockingThreads(int threads) {
        this.threads = threads;
    }

    /** Adds a function whose runs block. */
    void add(FunctionManifest function) {
        (function.scaling().maxWritten() ? written : open).add(function);
    }

    /**
     * The most instances of each function that was added, by its name.
     *
     * @param mistakes gets a sentence with its place for each function that is asked for too much
     */
    Map<String, Integer> shares(List<String> mistakes) {
        var shares = new HashMap<String, Integer>();
        var taken = 0L;
        for (var function : written) {
            taken += slots(function, function.scaling().max());
            shares.put(function.name(), function.scaling().max());
            if (taken > threads) {
                mistakes.add(tooMany(function, function.scaling().max(), taken));
            }
        }
        var left = threads - taken;
        for (var i = 0; i < open.size(); i++) {
            var function = open.get(i);
            var least = Math.max(1, function.scaling().min());
            var fitting = Math.max(0, left) / (open.size() - i) / function.concurrency();
            var max = (int) Math.max(least, Math.min(function.scaling().max(), fitting));
            shares.put(function.name(), max);
            left -= slots(function, max);
            if (left < 0 && mistakes.isEmpty()) {
                mistakes.add(tooMany(function, max, threads - left));
            }
        }
        return shares;
    }

    private static long slots(FunctionManifest function, int instances) {
        return (long) instances * function.concurrency();
    }

    private String tooMany(FunctionManifest function, int max, long slots) {
        return function.scaling().place() + ": spec.scaling.max: '" + max
                + "': brings the slots of blocking functions to "
                + slots + "; on this Java each needs a thread, and there are at most " + threads
                + ". Lower max or concurrency, or run on Java 21 or newer";
    }
}

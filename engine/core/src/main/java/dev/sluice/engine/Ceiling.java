package dev.sluice.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Shares out what all functions of an engine together may have: instances, slots, estimated memory. Each has its {@code
 * min}; of the rest, a function that wants no more than an equal part gets what it wants, and what it leaves is for the
 * others (max-min fairness). What another function still holds is not given out before it was given back, so the sum stays
 * below the ceiling at any time. Safe from any thread.
 */
final class Ceiling {
    private final List<Kind> kinds;
    private final List<Share> shares = new ArrayList<>();

    Ceiling(EngineOptions.Ceilings ceilings) {
        kinds = List.of(
                new Kind("instances", "instances-max", ceilings.instancesMax(), share -> 1),
                new Kind("slots", "slots-max", ceilings.slotsMax(), share -> share.concurrency),
                new Kind("bytes of memory", "memory-max", ceilings.memoryMax(), share -> share.memory));
    }

    /** Something that there is only so much of. */
    private record Kind(String what, String name, long max, ToLongFunction<Share> each) {
        long of(Share share, int instances) {
            return each.applyAsLong(share) * instances;
        }
    }

    /** What a function has and wants; guarded by the ceiling's lock. */
    static final class Share {
        private int min;
        private int concurrency;
        private long memory;
        private int asked;
        private int held;

        private Share(FunctionSpec spec) {
            set(spec);
            asked = min;
            held = min;
        }

        private void set(FunctionSpec spec) {
            min = spec.instancesMin();
            concurrency = spec.concurrency();
            memory = spec.memory();
        }

        private int extra() {
            return Math.max(0, asked - min);
        }

        private int kept() {
            return Math.max(held, min);
        }
    }

    /**
     * What a function may have.
     *
     * @param instances at most
     * @param words which ceiling binds and what it leaves
     */
    record Grant(int instances, String words) {}

    /**
     * Reserves a function's {@code min}.
     *
     * @throws IllegalArgumentException when there is not enough for that
     */
    synchronized Share join(FunctionSpec spec) {
        var joining = new Share(spec);
        checkMin(joining, spec, null);
        shares.add(joining);
        return joining;
    }

    /**
     * Makes a share that of another version.
     *
     * @throws IllegalArgumentException when there is not enough for its {@code min}; then it stays as it is
     */
    synchronized void change(Share share, FunctionSpec next) {
        checkMin(new Share(next), next, share);
        share.set(next);
    }

    private void checkMin(Share joining, FunctionSpec spec, @Nullable Share instead) {
        for (var kind : kinds) {
            var reserved = kind.of(joining, joining.min);
            for (var share : shares) {
                reserved += share == instead ? 0 : kind.of(share, share.min);
            }
            if (reserved > kind.max) {
                throw new IllegalArgumentException(
                        "function '" + spec.name() + "' brings what functions have at least to " + reserved + " "
                                + kind.what + "; engine." + kind.name + " is " + kind.max);
            }
        }
    }

    synchronized void leave(Share share) {
        shares.remove(share);
    }

    /**
     * Grants up to what is asked for.
     *
     * @param asked instances that it wants
     * @param held instances that it has: those that start, serve and drain
     */
    synchronized Grant grant(Share share, int asked, int held) {
        share.asked = asked;
        share.held = held;
        var granted = asked;
        var words = "";
        for (var kind : kinds) {
            var each = kind.each.applyAsLong(share);
            if (each == 0) {
                continue;
            }
            var instances =
                    (int) Math.min(asked, Math.max(share.min, Math.min(fair(kind, share), free(kind, share)) / each));
            if (instances < granted) {
                granted = instances;
                words = String.format(
                        Locale.ROOT,
                        "the engine's %,d %s (%s) are shared by %s",
                        kind.max,
                        kind.what,
                        kind.name,
                        shares.size() == 1 ? "1 function" : shares.size() + " functions");
            }
        }
        share.held = Math.max(held, granted);
        return new Grant(granted, words);
    }

    /** What nobody else has or is sure to get. */
    private long free(Kind kind, Share share) {
        var free = kind.max;
        for (var other : shares) {
            free -= other == share ? 0 : kind.of(other, other.kept());
        }
        return free;
    }

    /** Its {@code min}, and of the rest an equal part, and of what others leave of theirs. */
    private long fair(Kind kind, Share share) {
        var rest = kind.max;
        var extras = new long[shares.size()];
        for (var i = 0; i < extras.length; i++) {
            var each = shares.get(i);
            rest -= kind.of(each, each.min);
            extras[i] = kind.of(each, each.extra());
        }
        Arrays.sort(extras);
        for (var i = 0; i < extras.length; i++) {
            var part = rest / (extras.length - i);
            if (extras[i] > part) {
                return kind.of(share, share.min) + part;
            }
            rest -= extras[i];
        }
        return kind.of(share, share.min) + Math.max(0, kind.of(share, share.extra()));
    }
}

package dev.sluice.trigger.object;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells files that are written from those that rest. A file rests when it was seen twice, with that much time between,
 * and was the same; or at once, when it was last written a day ago and longer: no less, since the clock of the server that
 * has the file may be behind this one's. Pure: times are arguments. Not for several threads.
 */
final class Settling {
    private static final long OLD_MILLIS = Duration.ofDays(1).toMillis();

    private final long settleNanos;
    private final long oldMillis;
    private final int waitingMax;
    private final Map<Long, Look> waiting = new HashMap<>();
    private long round;
    private boolean overflowed;

    /** The first time that a version was seen, and the last round in which it was. */
    private record Look(long version, long firstNanos, long round) {}

    /**
     * @param settle how long a file must stay the same; zero: every file rests
     * @param waitingMax how many files it watches; more of them wait for their turn
     */
    Settling(Duration settle, int waitingMax) {
        this.settleNanos = settle.toNanos();
        this.oldMillis = Math.max(OLD_MILLIS, settle.toMillis());
        this.waitingMax = waitingMax;
    }

    /** Whether this version rests, which is asked once a round. */
    boolean rests(long path, long version, long modifiedMillis, long nowMillis, long nowNanos) {
        if (settleNanos == 0 || nowMillis - modifiedMillis >= oldMillis) {
            waiting.remove(path);
            return true;
        }
        var look = waiting.get(path);
        if (look == null && waiting.size() >= waitingMax) {
            overflowed = true;
            return false;
        }
        if (look != null && look.version == version && nowNanos - look.firstNanos >= settleNanos) {
            waiting.remove(path);
            return true;
        }
        var first = look == null || look.version != version ? nowNanos : look.firstNanos;
        waiting.put(path, new Look(version, first, round));
        return false;
    }

    /** Ends a round: files that were not seen in it are gone. */
    void roundEnded() {
        waiting.values().removeIf(look -> look.round < round);
        round++;
        overflowed = false;
    }

    /** How many files are watched. */
    int waiting() {
        return waiting.size();
    }

    /** Whether more files than it watches were seen in this round. */
    boolean overflowed() {
        return overflowed;
    }
}

package dev.sluice.trigger.object;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a trigger's source is at the moment.
 *
 * @param place where it looks
 * @param state what this engine does with it
 * @param detail what keeps objects from having their events, in a sentence; empty when all is well
 * @param scanned objects that the last pass saw
 * @param waiting objects that are watched until they rest
 * @param known objects whose event is stored and that are kept in mind
 * @param stored events stored since this process began
 * @param skipped objects that had no event, each time that they were seen
 * @param lastError what was said of the last of these; empty when there was none
 * @param lastPass when the last pass ended; null before the first
 * @param passSeconds how long it took
 */
public record ObjectStatus(
        String place,
        State state,
        String detail,
        long scanned,
        int waiting,
        int known,
        long stored,
        long skipped,
        String lastError,
        @Nullable Instant lastPass,
        double passSeconds) {
    /** What an engine does with a source. */
    public enum State {
        /** It looks for objects. */
        LOOKING,
        /** It can't look, or store what it found; it tries again. */
        TROUBLED,
        /** Another engine looks, or none does yet. */
        ELSEWHERE
    }
}

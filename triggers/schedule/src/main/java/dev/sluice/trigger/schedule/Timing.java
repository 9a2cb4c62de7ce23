package dev.sluice.trigger.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** The times of a schedule: a pure function of the clock. */
public interface Timing {
    /** The first time after this instant; null when there is none. */
    @Nullable
    Instant next(Instant after);

    /** The last time before this instant; null when there is none. */
    @Nullable
    Instant previous(Instant before);

    /** As the expression says, by the clocks of the zone. */
    static Timing cron(CronExpression expression, ZoneId zone) {
        return new Timing() {
            @Override
            public @Nullable Instant next(Instant after) {
                return expression.next(after, zone);
            }

            @Override
            public @Nullable Instant previous(Instant before) {
                return expression.previous(before, zone);
            }
        };
    }

    /**
     * At the multiples of a period since 1970-01-01T00:00:00Z, so that all engines agree on them.
     *
     * @param period at least 1 s, in whole milliseconds
     */
    static Timing every(Duration period) {
        var millis = period.toMillis();
        if (millis < 1_000) {
            throw new IllegalArgumentException("a period of " + millis + " ms is too short, must be at least 1 s");
        }
        return new Timing() {
            @Override
            public Instant next(Instant after) {
                return Instant.ofEpochMilli((Math.floorDiv(after.toEpochMilli(), millis) + 1) * millis);
            }

            @Override
            public Instant previous(Instant before) {
                var last = before.minusNanos(1).toEpochMilli();
                return Instant.ofEpochMilli(Math.floorDiv(last, millis) * millis);
            }
        };
    }

    /**
     * Once.
     *
     * @param moment what is below its milliseconds does not count, as states have no more than these
     */
    static Timing at(Instant moment) {
        var time = moment.truncatedTo(ChronoUnit.MILLIS);
        return new Timing() {
            @Override
            public @Nullable Instant next(Instant after) {
                return time.isAfter(after) ? time : null;
            }

            @Override
            public @Nullable Instant previous(Instant before) {
                return time.isBefore(before) ? time : null;
            }
        };
    }

    /**
     * These times from the start on and before the end.
     *
     * @param first null for no first time; in whole milliseconds, as {@link #at}
     * @param last null for no last time; in whole milliseconds
     */
    default Timing within(@Nullable Instant first, @Nullable Instant last) {
        var all = this;
        var start = first == null ? null : first.truncatedTo(ChronoUnit.MILLIS);
        var end = last == null ? null : last.truncatedTo(ChronoUnit.MILLIS);
        return new Timing() {
            @Override
            public @Nullable Instant next(Instant after) {
                var from = start != null && after.isBefore(start) ? start.minusNanos(1) : after;
                var next = all.next(from);
                return next == null || (end != null && !next.isBefore(end)) ? null : next;
            }

            @Override
            public @Nullable Instant previous(Instant before) {
                var to = end != null && before.isAfter(end) ? end : before;
                var previous = all.previous(to);
                return previous == null || (start != null && previous.isBefore(start)) ? null : previous;
            }
        };
    }
}

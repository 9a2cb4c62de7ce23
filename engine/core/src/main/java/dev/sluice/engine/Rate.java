package dev.sluice.engine;

import java.time.Duration;
import java.util.List;

/**
 * How many events a trigger's tries may begin with in a time, evenly: {@code 100/s} begins one every 10 ms while there
 * are enough, and after a pause up to a tenth of a second's worth at once, at least one.
 *
 * @param events in that time, 1 to 1,000,000
 * @param per the time, 1 s to 1 d; at most a million a second
 */
public record Rate(int events, Duration per) {
    private static final int EVENTS_MAX = 1_000_000;
    private static final long BURST_NANOS = 100_000_000L;

    public Rate {
        new Violations("rate")
                .require(events >= 1 && events <= EVENTS_MAX, "events", events, "must be between 1 and 1000000")
                .require(per.compareTo(Duration.ofSeconds(1)) >= 0, "per", per, "must be at least a second")
                .require(per.compareTo(Duration.ofDays(1)) <= 0, "per", per, "must be at most a day")
                .throwIfAny();
    }

    /**
     * So many a second: by the second, the minute or the hour when it is a whole number there, and else rounded down.
     *
     * @throws IllegalArgumentException when it is less than one a day, or more than a million a second
     */
    public static Rate ofSecond(double perSecond) {
        for (var per : List.of(1, 60, 3_600)) {
            var events = perSecond * per;
            if (Math.abs(events - Math.rint(events)) < 1e-6 * events && events < EVENTS_MAX + 1) {
                return new Rate((int) Math.rint(events), Duration.ofSeconds(per));
            }
        }
        return perSecond > 1 && perSecond < EVENTS_MAX
                ? new Rate((int) perSecond, Duration.ofSeconds(1))
                : new Rate((int) Math.min(EVENTS_MAX + 1, perSecond * 86_400), Duration.ofDays(1));
    }

    /** The time from one event to the next. */
    long intervalNanos() {
        return Math.max(1, per.toNanos() / events);
    }

    /** Events that may begin at once after a pause. */
    int burst() {
        return (int) Math.max(1, BURST_NANOS / intervalNanos());
    }

    /** Events in a second. */
    double perSecond() {
        return events * 1e9 / per.toNanos();
    }

    /** As a manifest writes it. */
    @Override
    public String toString() {
        var seconds = per.toSeconds();
        return events + "/"
                + switch ((int) seconds) {
                    case 1 -> "s";
                    case 60 -> "m";
                    case 3_600 -> "h";
                    case 86_400 -> "d";
                    default -> per.toString();
                };
    }
}

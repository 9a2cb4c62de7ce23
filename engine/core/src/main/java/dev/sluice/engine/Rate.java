package dev.sluice.engine;

import java.time.Duration;

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

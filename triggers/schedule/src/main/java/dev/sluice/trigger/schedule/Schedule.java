package dev.sluice.trigger.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/**
 * When which events go onto a topic.
 *
 * @param name unique in the fleet
 * @param topic where the events go
 * @param timing when
 * @param definition what was written, as a person reads it; when it changes, the schedule begins anew
 * @param zone whose clocks a template shows
 * @param missed what becomes of times that passed while no engine ran
 * @param jitter each schedule is later than its times by a part of this that is its own, at most 1 d
 * @param window each event is later than its time by a part of this that is its own, at most 1 d
 * @param form the events
 */
public record Schedule(
        String name,
        String topic,
        Timing timing,
        String definition,
        ZoneId zone,
        Missed missed,
        Duration jitter,
        Duration window,
        EventForm form) {
    /** When the event of a planned time is due: the same on every engine. */
    Instant due(Instant planned) {
        return planned.plusMillis(part(jitter, name.hashCode()) + part(window, mixed(planned)));
    }

    private int mixed(Instant planned) {
        return (int) (((planned.toEpochMilli() * 31 + name.hashCode()) * 0x9E3779B97F4A7C15L) >>> 32);
    }

    private static long part(Duration whole, int hash) {
        var millis = whole.toMillis();
        return millis <= 0 ? 0 : (Integer.toUnsignedLong(hash * 0x9E3779B9) * millis) >>> 32;
    }
}

package dev.sluice.trigger.schedule;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What is kept of a schedule.
 *
 * @param lastMillis the latest planned time that was fired or passed over, since 1970
 * @param paused whether it fires nothing for now
 * @param definition a hash of what was written
 */
record ScheduleState(long lastMillis, boolean paused, int definition) {
    private static final String VERSION = "1";

    static ScheduleState beginning(Schedule schedule, long nowMillis, boolean paused) {
        return new ScheduleState(nowMillis, paused, schedule.definition().hashCode());
    }

    byte[] bytes() {
        return (VERSION + ' ' + lastMillis + ' ' + (paused ? "paused" : "runs") + ' ' + definition)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Empty when it can't be read, as one of a later version. */
    static Optional<ScheduleState> of(byte[] bytes) {
        var parts = new String(bytes, StandardCharsets.US_ASCII).split(" ", -1);
        if (parts.length != 4 || !parts[0].equals(VERSION)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new ScheduleState(Long.parseLong(parts[1]), parts[2].equals("paused"), Integer.parseInt(parts[3])));
        } catch (NumberFormatException damaged) {
            return Optional.empty();
        }
    }
}

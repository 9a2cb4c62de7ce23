package dev.sluice.trigger.schedule;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a schedule.
 *
 * @param name its name
 * @param topic where its events go
 * @param definition what was written
 * @param zone whose clocks it goes by
 * @param missed what becomes of missed times: skip, once or all
 * @param paused whether it fires nothing for now; null when that is unknown
 * @param owned whether this engine fires it
 * @param last the latest time that was fired or passed over; null before the first engine began, and when it is unknown
 * @param next its next times, at most 10; none while it is paused
 * @param unknown why it is unknown whether it is paused and when it fired; empty when it is known
 * @param trouble why it does not fire though it should; empty when all is well
 */
public record ScheduleStatus(
        String name,
        String topic,
        String definition,
        String zone,
        String missed,
        @Nullable Boolean paused,
        boolean owned,
        @Nullable Instant last,
        List<Instant> next,
        String unknown,
        String trouble) {
    /** How many of the next times are told. */
    public static final int NEXT_MAX = 10;
}

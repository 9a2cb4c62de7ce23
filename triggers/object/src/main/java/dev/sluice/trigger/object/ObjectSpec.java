package dev.sluice.trigger.object;

import java.time.Duration;

/**
 * How a trigger looks for objects. Immutable.
 *
 * @param trigger its name, which its events carry in their source
 * @param topic where its events are stored
 * @param poll the pause between two passes, from 100 ms; four times as long as the pass took when that is longer, so
 *     that looking takes a fifth of a core at most
 * @param settle how long an object must stay the same before it has an event; zero for places whose objects come at once
 * @param remember how long an object that is gone is still known, so that a place that is away for a while brings no
 *     event again when it is back
 * @param objectsMax how many objects are known at most, each some 60 bytes of memory
 */
public record ObjectSpec(
        String trigger, String topic, Duration poll, Duration settle, Duration remember, int objectsMax) {
    /** Objects that are watched until they rest; more of them wait for their turn. */
    static final int WAITING_MAX = 65_536;

    /** Every 5 s; 2 s of rest; gone for a day; a million objects. */
    public static final ObjectSpec DEFAULT = new ObjectSpec(
            "objects", "objects.events", Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofDays(1), 1_000_000);

    /** As {@link #DEFAULT}, but every 30 s, since each page of a list is paid for, and without a rest. */
    public static final ObjectSpec OF_BUCKETS = new ObjectSpec(
            "objects", "objects.events", Duration.ofSeconds(30), Duration.ZERO, Duration.ofDays(1), 1_000_000);

    /** Checks that times are not negative and a pass is not followed by the next at once. */
    public ObjectSpec {
        if (poll.toMillis() < 100 || settle.isNegative() || remember.isNegative() || objectsMax < 1) {
            throw new IllegalArgumentException("poll " + poll + " must be 100 ms at least, settle " + settle
                    + " and remember " + remember + " not negative, objects-max " + objectsMax + " at least 1");
        }
    }
}

package dev.sluice.engine;

import java.time.Duration;
import java.util.List;

/**
 * Which events are repeats, and not run again. An event is one when an event with the same values of some attributes
 * was done, without a dead letter, in the window before it. What is known of them is kept in memory only: after a
 * restart, or on another engine that took the partition over, a repeat is run.
 *
 * @param window how long one is known, 1 ms to 1 d
 * @param attributes whose values make two events the same, in this order; one that an event lacks counts as a value of
 *     its own
 * @param entriesMax events that are known at most, to 10 million; beyond, the oldest are forgotten
 * @param bytesMax what they may hold in memory, at least 1 KiB; beyond, the oldest are forgotten
 */
public record RepeatPolicy(Duration window, List<String> attributes, int entriesMax, long bytesMax) {
    /** What a source promises to be unique. */
    public static final List<String> SOURCE_AND_ID = List.of("source", "id");

    /** A hundred thousand. */
    public static final int ENTRIES_MAX = 100_000;

    /** 32 MiB. */
    public static final long BYTES_MAX = 32L << 20;

    public RepeatPolicy {
        attributes = List.copyOf(attributes);
        new Violations("dedupe")
                .require(!window.isNegative() && !window.isZero(), "window", window, "must be positive")
                .require(window.compareTo(Duration.ofDays(1)) <= 0, "window", window, "must be at most a day")
                .require(!attributes.isEmpty(), "key", attributes, "must name an attribute")
                .require(
                        entriesMax >= 1 && entriesMax <= 10_000_000, "entries-max", entriesMax, "must be 1 to 10000000")
                .require(bytesMax >= 1_024, "bytes-max", bytesMax, "must be at least 1 KiB")
                .throwIfAny();
    }

    /** What makes two events alike, and for how long: {@code the same source and id within 10 min}. */
    String words() {
        var seconds = window.toSeconds();
        var time =
                seconds == 0 ? window.toMillis() + " ms" : seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
        return "the same " + String.join(" and ", attributes) + " within " + time;
    }
}

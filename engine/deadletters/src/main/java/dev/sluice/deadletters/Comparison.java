package dev.sluice.deadletters;

import java.util.List;

/**
 * How a function's answers compare with those that stand. Each event that was compared is counted once.
 *
 * @param trigger whose answers stand
 * @param function what was called
 * @param same events whose answers are the same; those without any before and now too
 * @param different events of which an answer is another one
 * @param missing events of which an answer stands that the function does not give, the others being the same
 * @param extra events of which it gives an answer that does not stand, the others being the same
 * @param failed events that it fails on
 * @param differences the first {@link #SAMPLES_MAX} that are not the same
 */
public record Comparison(
        String trigger,
        String function,
        long same,
        long different,
        long missing,
        long extra,
        long failed,
        List<Difference> differences) {
    /** Differences that are told of. */
    public static final int SAMPLES_MAX = 20;

    /**
     * An event whose answers are not the same.
     *
     * @param place where it stands, as {@code PARTITION:OFFSET}
     * @param id its own
     * @param verdict different, missing, extra or failed
     * @param details in words, as {@code answer 1: /total: 5 → 6}
     */
    public record Difference(String place, String id, String verdict, List<String> details) {}
}

package dev.sluice.deadletters;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a topic of dead letters has.
 *
 * @param topic its name
 * @param broker its broker's
 * @param open letters that nothing was done with
 * @param redriven letters that went back
 * @param discarded letters that someone settled
 * @param oldest when the oldest open one arrived, as far as the first of each partition tell; null when none is open
 */
public record LetterCounts(
        String topic,
        String broker,
        long open,
        long redriven,
        long discarded,
        @Nullable Instant oldest) {}

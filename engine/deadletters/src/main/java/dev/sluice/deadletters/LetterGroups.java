package dev.sluice.deadletters;

import java.util.List;

/**
 * Open letters by what they have in common.
 *
 * @param by error, reason, trigger, function or type
 * @param scanned letters that were looked at
 * @param complete whether these were all
 * @param groups the largest first
 */
public record LetterGroups(String by, long scanned, boolean complete, List<Group> groups) {
    /**
     * One of them.
     *
     * @param value what they have in common; empty when they don't say
     * @param count how many
     * @param place the first one's place, as {@code PARTITION:OFFSET}
     * @param id the first one's id
     */
    public record Group(String value, long count, String place, String id) {}
}

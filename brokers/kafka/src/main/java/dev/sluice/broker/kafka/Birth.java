package dev.sluice.broker.kafka;

import org.jspecify.annotations.Nullable;

/**
 * When a group began to read a topic, and with how many partitions: of a partition without a position, it tells whether
 * the group began with it, so that its start applies, or whether it was added later and is read from its beginning. It
 * stands behind the metadata of every commit, after a space; two members that begin a group together need it.
 *
 * @param partitions how many the topic had
 * @param millis when it was, since 1970
 */
record Birth(int partitions, long millis) {
    /** How long the members of a new group may take to store their first positions. */
    private static final long BEGIN_MILLIS = 60_000;

    private static final char SEPARATOR = ' ';

    /** Of a group whose birth nobody knows. */
    static final Birth UNKNOWN = new Birth(0, 0);

    /** The text of a commit: metadata and this, as far as both fit. */
    String after(String metadata) {
        var text = SEPARATOR + Integer.toString(partitions) + SEPARATOR + Long.toString(millis);
        return partitions == 0 || metadata.length() + text.length() > CommitMetadata.CHARS_MAX
                ? metadata
                : metadata + text;
    }

    /** The metadata in the text of a commit. */
    static String metadataIn(String text) {
        var end = text.indexOf(SEPARATOR);
        return end < 0 ? text : text.substring(0, end);
    }

    /** The birth in the text of a commit; {@link #UNKNOWN} when there is none that can be read. */
    static Birth in(@Nullable String text) {
        var parts = text == null ? new String[0] : text.split(" ", -1);
        if (parts.length != 3) {
            return UNKNOWN;
        }
        try {
            return new Birth(Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
        } catch (NumberFormatException foreign) {
            return UNKNOWN;
        }
    }

    /** Whether the group begins just now, and began with this partition. */
    boolean isOf(int partition, long nowMillis) {
        return partition < partitions && Math.abs(nowMillis - millis) < BEGIN_MILLIS;
    }
}

package dev.sluice.trigger.object;

/**
 * An object as a pass saw it.
 *
 * @param path from the place's root, percent-encoded as in a URI, so that it is text whatever bytes a name is made of
 * @param size in bytes
 * @param modifiedNanos since 1970
 * @param tag what the place itself tells versions apart by; empty when it does not
 */
record Seen(String path, long size, long modifiedNanos, String tag) {
    /** Whether the other one is the same version of the same object. */
    boolean sameVersion(long otherSize, long otherModifiedNanos) {
        return size == otherSize && modifiedNanos == otherModifiedNanos;
    }
}

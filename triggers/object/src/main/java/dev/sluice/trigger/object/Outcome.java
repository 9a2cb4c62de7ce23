package dev.sluice.trigger.object;

import java.util.Locale;

/** Why an object that was seen has no event yet. Each is counted; none is forgotten but what is gone. */
enum Outcome {
    /** It was not there any more when it was to be read. */
    GONE,
    /** It was written or replaced while it was read; the next pass looks again. */
    CHANGED,
    /** A link leads back to a folder above it, or in a circle. */
    LOOP,
    /** Folders deeper than the limit. */
    TOO_DEEP,
    /** The folder can't be listed, or the file not be read. */
    UNREADABLE,
    /** It can't be moved to where it was to go; it stays, and the next pass tries again. */
    NOT_MOVED,
    /** Its event would be larger than the topic takes. */
    TOO_LARGE,
    /** As many objects are known as may be. */
    FULL;

    /** As a tag's value. */
    String tag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

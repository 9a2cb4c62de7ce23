package dev.sluice.engine;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How events are gathered for a function of a {@code Flux}, which is called once per window.
 *
 * @param size the most events of one window, 1 to 10,000
 * @param within the longest that a window's first event waits for the window to close
 * @param key what has a window of its own: {@link #DELIVERY_KEY} for each key, else the name of a context attribute for
 *     each of its values, events without it together; null: events share windows as they come
 * @param openMax windows of different keys that one trigger holds open; another one closes the oldest early, 1 to 10,000
 * @param bisect whether a window that fails is halved until the event that fails is alone; else it is repeated as it was
 */
public record WindowPolicy(
        int size, Duration within, @Nullable String key, int openMax, boolean bisect) {
    /** The {@link #key} that stands for the record's key. */
    public static final String DELIVERY_KEY = "key";

    /** 100 events or a second, without a key, repeated as a whole. */
    public static final WindowPolicy DEFAULT = new WindowPolicy(100, Duration.ofSeconds(1), null, 1_000, false);

    private static final Pattern ATTRIBUTE = Pattern.compile("[a-z0-9]{1,20}");

    public WindowPolicy {
        new Violations("window")
                .require(size >= 1 && size <= 10_000, "size", size, "must be between 1 and 10000")
                .require(!within.isNegative(), "within", within, "must not be negative")
                .require(within.compareTo(Duration.ofMinutes(5)) <= 0, "within", within, "must be at most 5 minutes")
                .require(
                        key == null || (ATTRIBUTE.matcher(key).matches() && !key.equals("data")),
                        "key",
                        key,
                        "must be 'key' or the name of a context attribute: a-z and 0-9, up to 20")
                .require(openMax >= 1 && openMax <= 10_000, "open", openMax, "must be between 1 and 10000")
                .throwIfAny();
    }

    /** The same with another size and time. */
    public WindowPolicy with(int otherSize, Duration otherWithin) {
        return new WindowPolicy(otherSize, otherWithin, key, openMax, bisect);
    }

    /** The same with a window for each key. */
    public WindowPolicy by(@Nullable String otherKey) {
        return new WindowPolicy(size, within, otherKey, openMax, bisect);
    }
}

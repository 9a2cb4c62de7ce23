package dev.sluice.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.helpers.MessageFormatter;

/**
 * Has a warning of Kafka's clients told once, and again after 30 s at the earliest: those that find no cluster repeat
 * themselves several times a second. Each client's lines carry its name, so each is told once. Errors and the
 * lines of all other loggers pass. It remembers the last {@link #LINES_MAX} lines. Safe from any thread.
 */
final class RepeatFilter extends TurboFilter {
    /** Lines remembered; the oldest is forgotten, and told when it comes again. */
    static final int LINES_MAX = 256;

    /** Of a line; those that are the same so far count as one. */
    private static final int CHARS_MAX = 500;

    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final String KAFKA = "org.apache.kafka.";
    private static final String CONNECTOR = "dev.sluice.broker.kafka.Connector";

    private final LongSupplier nanos;
    private final Map<String, Long> told = new LinkedHashMap<>();

    /** @param nanos monotonic time */
    RepeatFilter(LongSupplier nanos) {
        this.nanos = nanos;
    }

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] values,
            @Nullable Throwable error) {
        // Without a text it is only asked whether the level is on.
        if (level != Level.WARN || format == null || !concerns(logger.getName()) || !tells(logger)) {
            return FilterReply.NEUTRAL;
        }
        var line = logger.getName() + " "
                + MessageFormatter.arrayFormat(format, values).getMessage();
        var begin = line.substring(0, Math.min(CHARS_MAX, line.length()));
        return repeats(begin) ? FilterReply.DENY : FilterReply.NEUTRAL;
    }

    private static boolean concerns(String logger) {
        return logger.startsWith(KAFKA) || logger.equals(CONNECTOR);
    }

    private static boolean tells(Logger logger) {
        return Level.WARN.isGreaterOrEqual(logger.getEffectiveLevel());
    }

    private synchronized boolean repeats(String line) {
        var now = nanos.getAsLong();
        var before = told.get(line);
        if (before != null && now - before < SILENCE_NANOS) {
            return true;
        }
        told.remove(line);
        told.put(line, now);
        if (told.size() > LINES_MAX) {
            told.remove(told.keySet().iterator().next());
        }
        return false;
    }
}

package dev.sluice.function;

import io.cloudevents.CloudEvent;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The extensions that the CloudEvents project describes, read with their types from any event. An extension that is
 * missing costs one look and no object. One that breaks its rule throws {@link FunctionException.Rejected}, which names
 * extension, value and rule: the event is wrong for good, so a function that lets it pass puts the event aside without
 * another try.
 *
 * @see <a href="https://github.com/cloudevents/spec/tree/main/cloudevents/extensions">Documented extensions</a>
 */
public final class EventExtensions {
    /** From when on the event is of no use: a timestamp. */
    public static final String EXPIRY_TIME = "expirytime";
    /** How many events this one stands for: a whole number above 0. */
    public static final String SAMPLED_RATE = "sampledrate";

    private static final int SHOWN_CHARS = 64;
    private static final Pattern TIMESTAMP =
            Pattern.compile("(\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:)(\\d\\d)((?:\\.\\d+)?)([Zz]|[+-]\\d\\d:\\d\\d)");
    /** A point and the digits of a nanosecond. */
    private static final int FRACTION_CHARS_MAX = 10;

    private EventExtensions() {}

    /**
     * How severe what happened is.
     *
     * @param number 0 or more, greater is worse
     * @param text the word for it; null when the event has none
     */
    public record Severity(int number, @Nullable String text) {}

    /**
     * Notice that events of this type will end.
     *
     * @param from since when it is deprecated; null when not said
     * @param sunset when it ends, not before {@code from}; null when not said
     * @param migration where it is described what to do; null when not said
     */
    public record Deprecation(
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime sunset,
            @Nullable URI migration) {}

    /** {@code expirytime}. */
    public static Optional<OffsetDateTime> expiryTime(CloudEvent event) {
        return Optional.ofNullable(time(event, EXPIRY_TIME));
    }

    /** Whether {@code expirytime} has come; false when there is none. */
    public static boolean isExpired(CloudEvent event, Instant now) {
        var expiry = time(event, EXPIRY_TIME);
        return expiry != null && !expiry.toInstant().isAfter(now);
    }

    /** {@code partitionkey}: events with the same one stay in order. */
    public static Optional<String> partitionKey(CloudEvent event) {
        return Optional.ofNullable(text(event, "partitionkey"));
    }

    /** {@code traceparent} of the distributed tracing extension: the trace in which the event was made. */
    public static Optional<String> traceParent(CloudEvent event) {
        return Optional.ofNullable(text(event, "traceparent"));
    }

    /** {@code tracestate} of the distributed tracing extension. */
    public static Optional<String> traceState(CloudEvent event) {
        return Optional.ofNullable(text(event, "tracestate"));
    }

    /** {@code correlationid}: the same for all events of one undertaking. */
    public static Optional<String> correlationId(CloudEvent event) {
        return Optional.ofNullable(text(event, "correlationid"));
    }

    /** {@code causationid}: the id of the event that this one is an answer to. */
    public static Optional<String> causationId(CloudEvent event) {
        return Optional.ofNullable(text(event, "causationid"));
    }

    /** {@code sampledrate}; 1 when there is none. */
    public static int sampledRate(CloudEvent event) {
        var rate = whole(event, SAMPLED_RATE);
        if (rate == null) {
            return 1;
        }
        if (rate < 1) {
            throw wrong(SAMPLED_RATE, rate, "must be above 0");
        }
        return rate;
    }

    /** {@code sequence}: ascends as text among the events of one source. */
    public static Optional<String> sequence(CloudEvent event) {
        return Optional.ofNullable(text(event, "sequence"));
    }

    /** {@code sequence} as a number, when {@code sequencetype} says {@code Integer}; empty when not. */
    public static OptionalInt sequenceNumber(CloudEvent event) {
        if (!"Integer".equals(event.getExtension("sequencetype"))) {
            return OptionalInt.empty();
        }
        var number = whole(event, "sequence");
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** {@code severitynumber} and {@code severitytext}; empty when there is neither. */
    public static Optional<Severity> severity(CloudEvent event) {
        var number = whole(event, "severitynumber");
        var text = text(event, "severitytext");
        if (number == null) {
            if (text != null) {
                throw wrong("severitynumber", null, "must be there beside severitytext");
            }
            return Optional.empty();
        }
        if (number < 0) {
            throw wrong("severitynumber", number, "must be 0 or more");
        }
        return Optional.of(new Severity(number, text));
    }

    /** {@code dataref}: where the data is, in place of data or beside it. */
    public static Optional<URI> dataRef(CloudEvent event) {
        return Optional.ofNullable(uri(event, "dataref"));
    }

    /** {@code deprecated} and what goes with it; empty when there is no {@code deprecated}. */
    public static Optional<Deprecation> deprecation(CloudEvent event) {
        var deprecated = event.getExtension("deprecated");
        if (deprecated == null) {
            return Optional.empty();
        }
        if (!deprecated.toString().equals("true")) {
            throw wrong("deprecated", deprecated, "must be true where it is set");
        }
        var from = time(event, "deprecationfrom");
        var sunset = time(event, "deprecationsunset");
        if (from != null && sunset != null && sunset.isBefore(from)) {
            throw wrong("deprecationsunset", sunset, "must not be before deprecationfrom");
        }
        var migration = uri(event, "deprecationmigration");
        if (migration != null && !migration.isAbsolute()) {
            throw wrong("deprecationmigration", migration, "must be an absolute URI");
        }
        return Optional.of(new Deprecation(from, sunset, migration));
    }

    private static @Nullable String text(CloudEvent event, String name) {
        var value = event.getExtension(name);
        if (value == null) {
            return null;
        }
        var text = value.toString();
        if (text.isEmpty()) {
            throw wrong(name, text, "must not be empty");
        }
        return text;
    }

    /** Formats without types bring numbers as texts. */
    private static @Nullable Integer whole(CloudEvent event, String name) {
        var value = event.getExtension(name);
        if (value == null || value instanceof Integer) {
            return (Integer) value;
        }
        try {
            return Integer.valueOf(value.toString());
        } catch (NumberFormatException notOne) {
            throw wrong(name, value, "must be a whole number of 32 bits");
        }
    }

    private static @Nullable OffsetDateTime time(CloudEvent event, String name) {
        var value = event.getExtension(name);
        if (value == null || value instanceof OffsetDateTime) {
            return (OffsetDateTime) value;
        }
        var parts = TIMESTAMP.matcher(value.toString());
        try {
            if (parts.matches()) {
                // RFC 3339 has a leap second, digits beyond the nanosecond and offsets of up to 23:59; java.time has
                // not.
                var seconds = parts.group(2).equals("60") ? "59" : parts.group(2);
                var fraction = parts.group(3)
                        .substring(
                                0, Math.min(FRACTION_CHARS_MAX, parts.group(3).length()));
                var local = LocalDateTime.parse(parts.group(1) + seconds + fraction);
                return zoned(local, parts.group(4));
            }
        } catch (DateTimeException notOne) {
            // Told below.
        }
        throw wrong(name, value, "must be a timestamp such as 2026-01-31T06:00:00Z (RFC 3339)");
    }

    /** In the zone, or in UTC when that is one that java.time does not have. */
    private static OffsetDateTime zoned(LocalDateTime local, String zone) {
        if (zone.equalsIgnoreCase("Z")) {
            return local.atOffset(ZoneOffset.UTC);
        }
        var time = LocalTime.parse(zone.substring(1));
        var offset = (zone.charAt(0) == '-' ? -1 : 1) * time.toSecondOfDay();
        return Math.abs(offset) <= ZoneOffset.MAX.getTotalSeconds()
                ? local.atOffset(ZoneOffset.ofTotalSeconds(offset))
                : local.minusSeconds(offset).atOffset(ZoneOffset.UTC);
    }

    private static @Nullable URI uri(CloudEvent event, String name) {
        var value = event.getExtension(name);
        if (value == null || value instanceof URI) {
            return (URI) value;
        }
        var text = value.toString();
        try {
            if (!text.isEmpty()) {
                return new URI(text);
            }
        } catch (URISyntaxException notOne) {
            // Told below.
        }
        throw wrong(name, value, "must be a URI-reference (RFC 3986)");
    }

    private static FunctionException.Rejected wrong(String name, @Nullable Object value, String rule) {
        var text = value == null ? "" : value.toString();
        var shown = text.length() > SHOWN_CHARS ? text.substring(0, SHOWN_CHARS) + "..." : text;
        return new FunctionException.Rejected(
                "extension " + name + (value == null ? " " : " \"" + shown + "\" ") + rule);
    }
}

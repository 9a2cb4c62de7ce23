package dev.sluice.trigger.object;

import dev.sluice.cloudevents.EventData;
import dev.sluice.cloudevents.WireEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The form of a trigger's events. Not for several threads. */
final class EventForm {
    static final String CREATED = "dev.sluice.object.created";
    static final String CHANGED = "dev.sluice.object.changed";

    private static final Instant YEAR_0 = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant YEAR_10000 = Instant.parse("9999-12-31T23:59:59.999999999Z");
    private static final String JSON = "application/json";

    private final String source;
    private final Fingerprint fingerprint = new Fingerprint();

    /** @param trigger whose events these are */
    EventForm(String trigger) {
        this.source = "/triggers/" + trigger;
    }

    /**
     * What an event says of an object.
     *
     * @param reference where it is to be read
     * @param contentType of its content
     * @param digest of its content, with the algorithm before it; null when it was not read
     * @param content all of it; null when the event only describes it
     */
    record Facts(
            Seen seen,
            String reference,
            String contentType,
            @Nullable String digest,
            @Nullable EventData content) {}

    /**
     * The event.
     *
     * @param changed whether another version had an event before
     * @param bare without any data: its content is too large to be in it
     */
    WireEvent event(Facts object, boolean changed, boolean bare) {
        var seen = object.seen();
        var form = WireEvent.builder()
                .id(fingerprint.id(seen))
                .source(source)
                .type(changed ? CHANGED : CREATED)
                .subject(Names.text(seen.path()))
                .time(time(seen))
                .extension("dataref", object.reference())
                .extension("objectsize", String.valueOf(seen.size()));
        if (object.digest() != null) {
            form.extension("objectdigest", object.digest());
        }
        if (object.content() != null) {
            return form.dataContentType(object.contentType())
                    .data(object.content())
                    .build();
        }
        return bare
                ? form.dataContentType(object.contentType()).build()
                : form.dataContentType(JSON)
                        .data(description(object).getBytes(StandardCharsets.UTF_8))
                        .build();
    }

    /** The key that orders the versions of an object. */
    static String key(Seen seen) {
        return seen.path();
    }

    private static @Nullable String time(Seen seen) {
        var modified = modified(seen);
        return modified.isBefore(YEAR_0) || modified.isAfter(YEAR_10000) ? null : modified.toString();
    }

    private static Instant modified(Seen seen) {
        var second = TimeUnit.SECONDS.toNanos(1);
        return Instant.ofEpochSecond(
                Math.floorDiv(seen.modifiedNanos(), second), Math.floorMod(seen.modifiedNanos(), second));
    }

    private static String description(Facts object) {
        var seen = object.seen();
        var text = new StringBuilder(256).append("{\"path\":");
        quote(Names.text(seen.path()), text);
        text.append(",\"size\":").append(seen.size()).append(",\"modified\":");
        quote(modified(seen).toString(), text);
        text.append(",\"contentType\":");
        quote(object.contentType(), text);
        if (object.digest() != null) {
            text.append(",\"digest\":");
            quote(object.digest(), text);
        }
        if (!seen.tag().isEmpty()) {
            text.append(",\"etag\":");
            quote(seen.tag(), text);
        }
        return text.append('}').toString();
    }

    private static void quote(String value, StringBuilder text) {
        text.append('"');
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append("\\u00").append(c < 16 ? "0" : "1").append("0123456789abcdef".charAt(c & 15));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}

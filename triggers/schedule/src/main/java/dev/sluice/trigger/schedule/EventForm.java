package dev.sluice.trigger.schedule;

import dev.sluice.cloudevents.WireEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a schedule's events look like. Their id is the schedule's name and the planned time, so that a repeated one can be
 * recognised; their {@code time} and {@code scheduledtime} are the planned time, their {@code partitionkey} the name.
 *
 * @param type of the events
 * @param source of the events
 * @param contentType of the data; null when there is none
 * @param data null for none
 * @param template whether the data is text with {@code {{scheduledtime}}}, {@code {{date}}}, {@code {{time}}} (by the
 *     clocks of the zone), {@code {{zone}}}, {@code {{trigger}}} and {@code {{id}}} to be filled in
 * @param extensions more attributes
 */
public record EventForm(
        String type,
        String source,
        @Nullable String contentType,
        @Nullable String data,
        boolean template,
        Map<String, String> extensions) {
    /** The type of events, unless it is said otherwise. */
    public static final String TYPE = "dev.sluice.schedule.fired";

    private static final Pattern FIELD = Pattern.compile("\\{\\{([^{}]*)}}");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    public EventForm {
        extensions = Map.copyOf(extensions);
    }

    /** The type, and the trigger's path as source. */
    public static EventForm of(String trigger, @Nullable String contentType, @Nullable String data, boolean template) {
        return new EventForm(TYPE, "/triggers/" + trigger, contentType, data, template, Map.of());
    }

    /** The id of the event of that time. */
    public static String id(String trigger, Instant planned) {
        return trigger + '@' + planned;
    }

    /** The first field of the template that there is none of; null when all are known. */
    public static @Nullable String unknownField(String template) {
        var fields = FIELD.matcher(template);
        while (fields.find()) {
            if (value(fields.group(1).strip(), "", "", ZoneId.of("UTC"), Instant.EPOCH) == null) {
                return fields.group(1).strip();
            }
        }
        return null;
    }

    /** The event of that time. */
    WireEvent event(String trigger, ZoneId zone, Instant planned) {
        return event(trigger, zone, planned, id(trigger, planned));
    }

    WireEvent event(String trigger, ZoneId zone, Instant planned, String id) {
        var event = WireEvent.builder().id(id).source(source).type(type).time(planned.toString());
        extensions.forEach(event::extension);
        event.extension("scheduledtime", planned.toString());
        event.extension("partitionkey", trigger);
        if (data != null) {
            var text = template ? filled(data, trigger, zone, planned, id) : data;
            event.data(contentType, text.getBytes(StandardCharsets.UTF_8));
        }
        return event.build();
    }

    /** The template's text for that time. */
    public static String filled(String template, String trigger, ZoneId zone, Instant planned, String id) {
        return FIELD.matcher(template).replaceAll(field -> {
            var value = value(field.group(1).strip(), trigger, id, zone, planned);
            return Matcher.quoteReplacement(value == null ? field.group() : value);
        });
    }

    private static @Nullable String value(String field, String trigger, String id, ZoneId zone, Instant planned) {
        return switch (field) {
            case "scheduledtime" -> planned.toString();
            case "date" -> planned.atZone(zone).toLocalDate().toString();
            case "time" -> TIME.format(planned.atZone(zone));
            case "zone" -> zone.getId();
            case "trigger" -> trigger;
            case "id" -> id;
            default -> null;
        };
    }
}

package dev.sluice.server.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.trigger.schedule.CronExpression;
import dev.sluice.trigger.schedule.EventForm;
import dev.sluice.trigger.schedule.Missed;
import dev.sluice.trigger.schedule.Schedule;
import dev.sluice.trigger.schedule.Timing;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads {@code schedule} and {@code every} of a Trigger. */
final class ScheduleReader {
    private static final Duration PERIOD_MIN = Duration.ofSeconds(1);
    private static final Duration PERIOD_MAX = Duration.ofDays(366);
    private static final Duration SPREAD_MAX = Duration.ofDays(1);
    private static final String JSON_TYPE = "application/json";
    private static final String TIME_RULE =
            "must be a time such as 2026-12-24T18:00:00, which is of the zone, or 2026-12-24T18:00:00Z";
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final TopicReader topics;

    ScheduleReader(TopicReader topics) {
        this.topics = topics;
    }

    /** Reads {@code every: 10s}, or the map that it may be. */
    @Nullable
    ScheduleManifest every(Section spec, ManifestReader.Document document) {
        if (spec.value("every") instanceof Value.Scalar) {
            var period = spec.duration("every", PERIOD_MIN, PERIOD_MAX);
            var topic = standardTopic(spec, "every", document.name());
            return period.map(it -> manifest(document, topic, plain(document.name(), topic, it)))
                    .orElse(null);
        }
        var every = spec.section("every");
        if (every == null) {
            return null;
        }
        var period = every.has("period") ? every.duration("period", PERIOD_MIN, PERIOD_MAX) : missingPeriod(every);
        return period.map(it -> rest(
                        every, document, Timing.every(it), "every " + Durations.text(it), ZoneOffset.UTC, Missed.SKIP))
                .orElseGet(() -> {
                    rest(every, document, Timing.every(PERIOD_MIN), "", ZoneOffset.UTC, Missed.SKIP);
                    return null;
                });
    }

    private static Optional<Duration> missingPeriod(Section every) {
        every.required("period", "such as 10s");
        return Optional.empty();
    }

    private static Schedule plain(String trigger, TopicRef topic, Duration period) {
        return new Schedule(
                trigger,
                topic.name(),
                Timing.every(period),
                "every " + Durations.text(period),
                ZoneOffset.UTC,
                Missed.SKIP,
                Duration.ZERO,
                Duration.ZERO,
                EventForm.of(trigger, null, null, false));
    }

    /** Reads {@code schedule}. */
    @Nullable
    ScheduleManifest schedule(Section spec, ManifestReader.Document document) {
        var schedule = spec.section("schedule");
        if (schedule == null) {
            return null;
        }
        var zone = zone(schedule, "zone");
        Timing timing = null;
        var definition = "";
        if (schedule.has("cron") == schedule.has("at")) {
            schedule.value("cron");
            schedule.value("at");
            schedule.mistake(
                    schedule.has("cron") ? "at" : "cron", "must be there, or at: a schedule has exactly one of them");
        } else if (schedule.has("cron")) {
            definition = schedule.text("cron").orElse("");
            timing = cron(schedule, "cron", zone);
        } else {
            definition = "at " + schedule.text("at").orElse("");
            timing = time(schedule, "at", zone).map(Timing::at).orElse(null);
        }
        var read = rest(
                schedule,
                document,
                Objects.requireNonNullElse(timing, Timing.every(PERIOD_MIN)),
                definition,
                zone,
                Missed.ONCE);
        return timing == null ? null : read;
    }

    static @Nullable Timing cron(Section section, String key, ZoneId zone) {
        var text = section.text(key);
        if (text.isEmpty()) {
            return null;
        }
        try {
            return Timing.cron(CronExpression.parse(text.get()), zone);
        } catch (IllegalArgumentException wrong) {
            section.mistake(key, String.valueOf(wrong.getMessage()));
            return null;
        }
    }

    static ZoneId zone(Section section, String key) {
        return section.parsed(key, "must be a time zone such as Europe/Berlin or UTC", text -> {
                    try {
                        return Optional.of(ZoneId.of(text));
                    } catch (DateTimeException none) {
                        return Optional.empty();
                    }
                })
                .orElse(ZoneOffset.UTC);
    }

    /** A date, a time of the zone, or an instant; in whole milliseconds. */
    private static Optional<Instant> time(Section section, String key, ZoneId zone) {
        return section.parsed(key, TIME_RULE, text -> parsed(text, OffsetDateTime::parse)
                .map(OffsetDateTime::toInstant)
                .or(() -> parsed(text, LocalDateTime::parse)
                        .map(time -> time.atZone(zone).toInstant()))
                .or(() -> parsed(text, LocalDate::parse)
                        .map(day -> day.atStartOfDay(zone).toInstant()))
                .map(time -> time.truncatedTo(ChronoUnit.MILLIS)));
    }

    private static <T> Optional<T> parsed(String text, Function<String, T> parse) {
        try {
            return Optional.of(parse.apply(text));
        } catch (DateTimeException none) {
            return Optional.empty();
        }
    }

    /** What a schedule and a period have in common; ends the section. */
    private ScheduleManifest rest(
            Section section,
            ManifestReader.Document document,
            Timing timing,
            String definition,
            ZoneId zone,
            Missed standard) {
        var trigger = document.name();
        var start = time(section, "start", zone).orElse(null);
        var end = time(section, "end", zone).orElse(null);
        if (start != null && end != null && !start.isBefore(end)) {
            section.mistake("end", "must be after start");
        }
        var missed = section.word("missed", standard);
        var jitter = section.duration("jitter", Duration.ZERO, Duration.ZERO, SPREAD_MAX);
        var window = section.duration("window", Duration.ZERO, Duration.ZERO, SPREAD_MAX);
        var topic = section.has("topic")
                ? topics.read(section, "topic").orElse(new TopicRef("", trigger + ".events"))
                : standardTopic(section, "topic", trigger);
        var form = form(section, trigger);
        section.end();
        var schedule = new Schedule(
                trigger,
                topic.name(),
                timing.within(start, end),
                definition + (zone.equals(ZoneOffset.UTC) ? "" : " " + zone),
                zone,
                missed,
                jitter,
                window,
                form);
        return manifest(document, topic, schedule);
    }

    private TopicRef standardTopic(Section section, String key, String trigger) {
        return new TopicRef(topics.standardBroker(section, key), trigger + ".events");
    }

    private static ScheduleManifest manifest(ManifestReader.Document document, TopicRef topic, Schedule schedule) {
        return new ScheduleManifest(document.place(), topic, schedule);
    }

    private static EventForm form(Section section, String trigger) {
        var type = section.text("content-type").orElse(JSON_TYPE);
        if (section.has("template")) {
            if (section.has("data")) {
                section.value("data");
                section.mistake("data", "is one too many: a schedule has data or a template");
            }
            return EventForm.of(trigger, type, template(section, type, trigger), true);
        }
        var data = section.value("data");
        if (data == null) {
            if (section.has("content-type")) {
                section.mistake("content-type", "has no use without data or template");
            }
            return EventForm.of(trigger, null, null, false);
        }
        return EventForm.of(trigger, type, data(data, isJson(type)), false);
    }

    private static boolean isJson(String type) {
        return type.matches("(?i)[^;]*[/+]json\\s*(;.*)?");
    }

    private static String template(Section section, String type, String trigger) {
        var template = section.text("template").orElse("");
        var unknown = EventForm.unknownField(template);
        if (unknown != null) {
            section.mistake(
                    "template",
                    "has the field '" + unknown + "', must be scheduledtime, date, time, zone, trigger or id");
        } else if (!template.isEmpty() && isJson(type)) {
            try {
                JSON.readTree(EventForm.filled(template, trigger, ZoneOffset.UTC, Instant.EPOCH, trigger));
            } catch (JsonProcessingException wrong) {
                section.mistake("template", "must make JSON: " + wrong.getOriginalMessage());
            }
        }
        return template;
    }

    /** As JSON; a text of another type as it stands. */
    private static String data(Value data, boolean json) {
        if (!json && data instanceof Value.Scalar scalar) {
            return scalar.text();
        }
        try {
            return JSON.writeValueAsString(plain(data));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible); // maps, lists, texts and numbers
        }
    }

    private static @Nullable Object plain(Value value) {
        if (value instanceof Value.Fields map) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            map.fields().forEach(field -> fields.put(field.key(), plain(field.value())));
            return fields;
        }
        if (value instanceof Value.Items list) {
            List<@Nullable Object> items = new ArrayList<>();
            list.values().forEach(item -> items.add(plain(item)));
            return items;
        }
        return typed((Value.Scalar) value);
    }

    private static @Nullable Object typed(Value.Scalar scalar) {
        return switch (scalar.kind()) {
            case NULL -> null;
            case BOOLEAN -> Boolean.valueOf(scalar.text());
            case NUMBER -> number(scalar.text());
            case TEXT -> scalar.text();
        };
    }

    private static Object number(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException ofYamlAlone) {
            return text;
        }
    }
}

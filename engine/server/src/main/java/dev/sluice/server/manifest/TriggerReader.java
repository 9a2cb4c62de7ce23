package dev.sluice.server.manifest;

import dev.sluice.broker.Ordering;
import dev.sluice.broker.Start;
import dev.sluice.engine.TriggerLimits;
import dev.sluice.server.manifest.TriggerManifest.Answers;
import dev.sluice.server.manifest.TriggerManifest.Http;
import dev.sluice.server.manifest.TriggerManifest.Mode;
import dev.sluice.server.manifest.TriggerManifest.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code kind: Trigger}. */
final class TriggerReader {
    private static final Set<String> WAYS_IN = Set.of("topic", "http", "schedule", "every", "object");
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_~!$'()*+,;=:@.-]+)+");
    private static final Pattern METHOD = Pattern.compile("POST|PUT|PATCH|DELETE|GET");
    private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9._-]{1,249}");

    private final Set<String> memoryBrokers;
    private final Set<String> functions;
    private final TopicReader topics;
    private final AnswersReader answers;
    private final DeliveryReader deliveries;
    private final AdapterReader adapters;
    private final TopicAdapterReader topicAdapters;
    private final Variables variables;
    private final ScheduleReader times;
    private final List<ScheduleManifest> schedules = new ArrayList<>();

    /**
     * @param memoryBrokers of the brokers, those that keep no times
     * @param triggers the names that triggers have
     */
    TriggerReader(
            Set<String> brokers,
            Set<String> memoryBrokers,
            Set<String> functions,
            Set<String> triggers,
            Variables variables) {
        this.memoryBrokers = memoryBrokers;
        this.functions = functions;
        this.topics = new TopicReader(brokers);
        this.answers = new AnswersReader(topics);
        this.deliveries = new DeliveryReader(topics);
        this.adapters = new AdapterReader(variables);
        this.topicAdapters = new TopicAdapterReader(topics, functions, triggers);
        this.variables = variables;
        this.times = new ScheduleReader(topics);
    }

    /** The schedules of the triggers that were read. */
    List<ScheduleManifest> schedules() {
        return schedules;
    }

    /** What was needed besides by the triggers that were read. */
    TopicAdapterReader topicAdapters() {
        return topicAdapters;
    }

    @Nullable
    TriggerManifest read(ManifestReader.Document document) {
        var spec = Objects.requireNonNull(document.spec());
        checkWaysIn(spec);
        var function = function(spec);
        var http = spec.has("http") ? spec.section("http") : null;
        var reading = spec.has("topic") ? reading(spec, document) : null;
        Http entrance = null;
        if (http != null) {
            entrance = entrance(http);
            reading = storedOn(http, entrance.mode(), document.name());
            http.end();
        }
        TriggerManifest.Objects objects = null;
        var object = spec.has("object") ? spec.section("object") : null;
        if (object != null) {
            var stored = events(object, object.has("s3") ? "s3" : "dir", document.name());
            reading = stored;
            var inMemory = memoryBrokers.contains(stored.topic().broker());
            objects = new ObjectReader(object, document.folder(), inMemory, variables)
                    .read(document.name(), stored.topic().name());
        }
        var timed = spec.has("every") ? times.every(spec, document) : times.schedule(spec, document);
        if (timed != null) {
            schedules.add(timed);
            reading = new Reading(timed.topic(), document.name(), Start.EARLIEST, Ordering.KEY);
        }
        var calls = entrance != null && entrance.mode() == Mode.REPLY;
        var written = spec.has("answers") ? answers.read(spec, function, calls) : AnswersReader.none(function);
        var delivery = deliveries.read(spec, reading == null ? null : reading.topic(), calls);
        var limits = LimitsReader.read(spec, calls);
        var trigger = trigger(document, spec, function, reading, entrance, objects, written, delivery, limits);
        spec.end();
        return trigger.reading() == null && trigger.http() == null ? null : trigger;
    }

    private static TriggerManifest trigger(
            ManifestReader.Document document,
            Section spec,
            String function,
            @Nullable Reading reading,
            @Nullable Http http,
            TriggerManifest.@Nullable Objects objects,
            Answers answers,
            DeliveryReader.Delivery delivery,
            TriggerLimits limits) {
        return new TriggerManifest(
                document.place(),
                document.name(),
                function,
                reading,
                http,
                objects,
                FilterReader.read(spec),
                answers,
                delivery.policy(),
                reading == null ? null : delivery.deadLetters(),
                spec.whole("share", 1, 1, 1_000),
                limits,
                TriggerPlaces.of(spec));
    }

    private static void checkWaysIn(Section spec) {
        var given = WAYS_IN.stream().filter(spec::has).sorted().toList();
        if (given.isEmpty()) {
            spec.missing("topic", "a trigger has exactly one of topic, http, schedule, every, object");
        } else if (given.size() > 1) {
            spec.mistake(
                    given.get(1),
                    "is one too many: a trigger has exactly one of topic, http, schedule, every, object"
                            + (given.equals(List.of("http", "topic"))
                                    ? "; the topic that http stores events on is written as http.topic"
                                    : ""));
        }
    }

    private String function(Section spec) {
        var name = spec.required("function", "the name of the Function that gets the events");
        if (!name.isEmpty() && !functions.contains(name)) {
            spec.mistake("function", "is no Function in these files" + Nearest.hint(name, functions));
        }
        return name;
    }

    private @Nullable Reading reading(Section spec, ManifestReader.Document document) {
        var trigger = document.name();
        if (spec.value("topic") instanceof Value.Scalar) {
            return topics.read(spec, "topic")
                    .map(topic -> new Reading(topic, trigger, Start.EARLIEST, Ordering.KEY))
                    .orElse(null);
        }
        var section = spec.section("topic");
        if (section == null) {
            return null;
        }
        var topic = topics.read(section);
        var group = section.matching("group", GROUP, "must be 1 to 249 of letters, digits, dot, dash and underscore")
                .orElse(trigger);
        // From the oldest event on, when nothing is said: what is read too much is told by its id, what is missed
        // isn't.
        var start = section.parsed("start", Starts.RULE, Starts::parse).orElse(Start.EARLIEST);
        if (start instanceof Start.At
                && topic.isPresent()
                && memoryBrokers.contains(topic.get().broker())) {
            section.mistake(
                    "start",
                    "must be earliest or latest: broker '" + topic.get().broker()
                            + "' keeps events in memory, and no times");
        }
        var order = section.word("order", Ordering.KEY);
        var reading = topic.map(ref -> new Reading(ref, group, start, order)).orElse(null);
        if (section.has("adapter") && reading != null) {
            reading = topicAdapters.read(document, section, reading);
        }
        section.end();
        return reading;
    }

    private Http entrance(Section http) {
        var path = http.required("path", "such as /orders");
        if (!path.isEmpty() && !PATH.matcher(path).matches()) {
            http.mistake("path", "must be plain segments, each after a slash and none empty, such as /orders");
        } else if ((path + "/").matches("/(topics|functions)/.*")) {
            http.mistake("path", "must not be under /topics or /functions, which are the engine's own");
        } else if ((path + "/").contains("/./") || (path + "/").contains("/../")) {
            http.mistake("path", "must not have . or .. as a segment");
        }
        var method =
                http.text("method").map(text -> text.toUpperCase(Locale.ROOT)).orElse("POST");
        if (!METHOD.matcher(method).matches()) {
            http.mistake("method", "must be one of POST, PUT, PATCH, DELETE, GET");
        }
        var mode = http.word("mode", Mode.REPLY);
        var adapter = http.has("adapter") ? adapters.read(http, mode) : null;
        var webhooks = http.has("webhooks") ? WebhooksReader.read(http) : null;
        if (webhooks != null && (http.has("adapter") || !method.equals("POST"))) {
            http.mistake("webhooks", "has no use here: webhooks of CloudEvents come by POST, and to no adapter");
        }
        return new Http(method, path, mode, adapter, webhooks);
    }

    /** Where accept mode stores its events, which is what the trigger reads. */
    private @Nullable Reading storedOn(Section http, Mode mode, String trigger) {
        if (mode == Mode.REPLY) {
            if (http.has("topic")) {
                http.value("topic");
                http.mistake("topic", "has no use in mode reply, which stores nothing: write mode: accept");
            }
            return null;
        }
        return events(http, "path", trigger);
    }

    /**
     * The trigger's own topic, which it reads.
     *
     * @param key of the section where a mistake is told that concerns the topic while none is written
     */
    private Reading events(Section section, String key, String trigger) {
        var standard =
                new TopicRef(section.has("topic") ? "" : topics.standardBroker(section, key), trigger + ".events");
        var topic = section.has("topic") ? topics.read(section, "topic").orElse(standard) : standard;
        return new Reading(topic, trigger, Start.EARLIEST, Ordering.KEY);
    }
}

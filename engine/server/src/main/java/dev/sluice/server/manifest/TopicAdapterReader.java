package dev.sluice.server.manifest;

import dev.sluice.broker.Ordering;
import dev.sluice.broker.Start;
import dev.sluice.cloudevents.mappings.EventMapping;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.TriggerLimits;
import dev.sluice.server.manifest.TriggerManifest.AnswerRoute;
import dev.sluice.server.manifest.TriggerManifest.Answers;
import dev.sluice.server.manifest.TriggerManifest.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads {@code topic.adapter}: what stands on the topic is made into events by a trigger and a function of their own,
 * which store them on a topic that the trigger reads. So a record that makes several is done once all are stored.
 */
final class TopicAdapterReader {
    private static final String KEY = "adapter";

    private final TopicReader topics;
    private final Set<String> functionNames;
    private final Set<String> triggerNames;
    private final List<FunctionManifest> functions = new ArrayList<>();
    private final List<TriggerManifest> triggers = new ArrayList<>();

    /**
     * @param functionNames that functions have
     * @param triggerNames that triggers have
     */
    TopicAdapterReader(TopicReader topics, Set<String> functionNames, Set<String> triggerNames) {
        this.topics = topics;
        this.functionNames = functionNames;
        this.triggerNames = triggerNames;
    }

    /** The functions that make events. */
    List<FunctionManifest> functions() {
        return functions;
    }

    /** The triggers that bring these functions what they make events of. */
    List<TriggerManifest> triggers() {
        return triggers;
    }

    /**
     * Reads the adapter of a topic.
     *
     * @param section of the topic
     * @param of how the topic is read
     * @return how the trigger reads the events
     */
    Reading read(ManifestReader.Document document, Section section, Reading of) {
        var adapter = section.text(KEY).orElse("");
        if (!adapter.isEmpty() && !adapter.equals(EventMapping.S3)) {
            section.mistake(KEY, "must be s3: no other service sends what is read here to topics");
        }
        var standard = new TopicRef(of.topic().broker(), document.name() + ".events");
        var events = section.has("events") ? topics.read(section, "events").orElse(standard) : standard;
        if (events.equals(of.topic())) {
            section.mistake(section.has("events") ? "events" : KEY, "would store the events on the topic it reads");
        }
        var name = document.name() + "-adapter";
        if (functionNames.contains(name) || triggerNames.contains(name)) {
            section.mistake(KEY, "needs a function and a trigger of the name '" + name + "', which another has");
        }
        functions.add(FunctionReader.own(document, section, KEY, name, "dev.sluice.server.S3Notifications"));
        var none = AnswersReader.none(name);
        triggers.add(new TriggerManifest(
                section.place(KEY),
                name,
                name,
                of,
                null,
                null,
                EventFilter.PASS,
                new Answers(List.of(new AnswerRoute(null, events)), none.type(), none.source()),
                DeliveryReader.STANDARD,
                new TopicRef(of.topic().broker(), of.topic().name() + ".dlq"),
                1,
                TriggerLimits.NONE));
        return new Reading(events, document.name(), Start.EARLIEST, Ordering.KEY);
    }
}

package dev.sluice.server;

import dev.sluice.broker.AnswerSink;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Ordering;
import dev.sluice.broker.Subscription;
import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.mappings.EventMapping;
import dev.sluice.engine.AnswerPolicy;
import dev.sluice.engine.Engine;
import dev.sluice.engine.TriggerSpec;
import dev.sluice.server.explain.RecordedSink;
import dev.sluice.server.manifest.TopicRef;
import dev.sluice.server.manifest.TriggerManifest;
import dev.sluice.server.manifest.TriggerManifest.Mode;
import dev.sluice.trigger.http.HttpRoute;
import dev.sluice.trigger.http.WebhookPolicy;
import dev.sluice.trigger.topic.TopicReading;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the triggers of manifests into readings, pipelines and paths. */
final class Triggers {
    private final Topics topics;
    private final boolean acceptChange;
    private final Map<Group, List<String>> groups = new HashMap<>();
    private final Map<Group, TopicReading> readings = new HashMap<>();

    private record Group(TopicRef topic, String name) {
        static Group of(TriggerManifest.Reading reading) {
            return new Group(reading.topic(), reading.group());
        }
    }

    private Triggers(Topics topics, boolean acceptChange) {
        this.topics = topics;
        this.acceptChange = acceptChange;
    }

    /**
     * Attaches the triggers to the engine; those with a topic start to read. Triggers that name one group of a topic
     * share one reading.
     *
     * @param acceptChange takes partitions on which other triggers have worked
     * @return the paths that some of them have
     */
    static List<HttpRoute> attach(List<TriggerManifest> triggers, boolean acceptChange, Topics topics, Engine engine) {
        return new Triggers(topics, acceptChange).attach(triggers, engine);
    }

    private List<HttpRoute> attach(List<TriggerManifest> triggers, Engine engine) {
        for (var trigger : triggers) {
            var reading = trigger.reading();
            if (reading != null) {
                groups.computeIfAbsent(Group.of(reading), group -> new ArrayList<>())
                        .add(trigger.name());
            }
        }
        // All members of a group join before the first one reads.
        var sources = new HashMap<String, EventSource>();
        for (var trigger : triggers) {
            var reading = trigger.reading();
            if (reading != null) {
                var source = reading(reading).member(trigger.name(), trigger.function(), trigger.filter());
                var form = reading.form();
                sources.put(trigger.name(), form == null ? source : form.over(source));
            }
        }
        var routes = new ArrayList<HttpRoute>();
        for (var trigger : triggers) {
            engine.attach(spec(trigger, sources.get(trigger.name())));
            var http = trigger.http();
            if (http != null) {
                routes.add(route(trigger, http, engine));
            }
        }
        return routes;
    }

    private TopicReading reading(TriggerManifest.Reading reading) {
        return readings.computeIfAbsent(Group.of(reading), group -> {
            var sharing = groups.getOrDefault(group, List.of());
            var subscription =
                    new Subscription(group.topic().name(), group.name(), reading.start(), sharing, acceptChange);
            return new TopicReading(topics.source(group.topic(), subscription));
        });
    }

    private HttpRoute route(TriggerManifest trigger, TriggerManifest.Http http, Engine engine) {
        var reading = trigger.reading();
        var route = http.mode() == Mode.REPLY || reading == null
                ? HttpRoute.reply(http.path(), http.method(), engine.triggerIntake(trigger.name()), trigger.name())
                : HttpRoute.accept(
                        http.path(),
                        http.method(),
                        new RecordedSink(topics.sink(reading.topic()), engine.journal()),
                        trigger.name());
        var adapter = http.adapter();
        if (adapter != null) {
            return route.adapted(mapping(adapter));
        }
        var webhooks = http.webhooks();
        return webhooks == null ? route : route.webhooks(webhooks(webhooks));
    }

    /** What is agreed with senders of webhooks. */
    static WebhookPolicy webhooks(TriggerManifest.Webhooks written) {
        var policy = WebhookPolicy.of(written.origins());
        var perMinute = written.perMinute();
        return perMinute == null ? policy : policy.perMinute(perMinute);
    }

    private static EventMapping mapping(TriggerManifest.Adapter adapter) {
        var secret = adapter.secret();
        return adapter.name().equals(EventMapping.S3)
                ? EventMapping.s3(EventLimits.DEFAULT, Clock.systemUTC())
                : EventMapping.github(EventLimits.DEFAULT, Clock.systemUTC(), secret == null ? null : secret.bytes());
    }

    private TriggerSpec spec(TriggerManifest trigger, @Nullable EventSource source) {
        var reading = trigger.reading();
        var deadLetters = trigger.deadLetters();
        return new TriggerSpec(
                trigger.name(),
                trigger.function(),
                reading == null ? null : reading.topic().name(),
                source,
                reading == null ? Ordering.NONE : reading.ordering(),
                trigger.filter(),
                new AnswerPolicy(
                        answers(trigger),
                        trigger.answers().type(),
                        trigger.answers().source()),
                trigger.delivery(),
                deadLetters == null ? null : topics.sink(deadLetters),
                trigger.share(),
                trigger.limits());
    }

    private AnswerSink answers(TriggerManifest trigger) {
        var routes = trigger.answers().routes();
        if (routes.isEmpty()) {
            return AnswerSink.NONE;
        }
        var byType = new HashMap<String, AnswerSink>();
        AnswerSink rest = null;
        for (var route : routes) {
            if (route.type() == null) {
                rest = topics.answers(route.topic());
            } else {
                byType.put(route.type(), topics.answers(route.topic()));
            }
        }
        return byType.isEmpty() && rest != null ? rest : new AnswerRouting(trigger.name(), byType, rest);
    }
}

package dev.sluice.server.manifest;

import dev.sluice.broker.Ordering;
import dev.sluice.broker.Start;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.DeliveryPolicy;
import dev.sluice.engine.TriggerLimits;
import dev.sluice.trigger.object.BucketSpec;
import dev.sluice.trigger.object.FolderSpec;
import dev.sluice.trigger.object.ObjectSpec;
import dev.sluice.trigger.topic.SourceForm;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What brings events to a function. It reads a topic, or answers HTTP requests, or stores them, or the
 * events of objects, on a topic that it reads.
 *
 * @param place where it is written
 * @param name unique among triggers
 * @param function the function's name
 * @param reading the topic it reads; null when its callers wait for the answer
 * @param http its way in over HTTP; null when it only reads a topic
 * @param objects whose events it stores; null when it has none
 * @param filter which events the function gets
 * @param answers where its answers go
 * @param delivery retries, timeout and what follows when they are used up
 * @param deadLetters where events go that are out of tries; null together with {@code reading}
 * @param share its weight against other triggers of the function
 * @param limits its rate, its concurrency, and what counts as a repeat
 * @param places where keys are written that only some functions have a use for, by their paths; empty where the trigger is
 *     made of something else than a Trigger of this engine
 */
public record TriggerManifest(
        Place place,
        String name,
        String function,
        @Nullable Reading reading,
        @Nullable Http http,
        @Nullable Objects objects,
        EventFilter filter,
        Answers answers,
        DeliveryPolicy delivery,
        @Nullable TopicRef deadLetters,
        int share,
        TriggerLimits limits,
        Map<String, Place> places) {
    public TriggerManifest {
        places = Map.copyOf(places);
    }

    /** One that is made of something else than a Trigger of this engine. */
    public TriggerManifest(
            Place place,
            String name,
            String function,
            @Nullable Reading reading,
            @Nullable Http http,
            @Nullable Objects objects,
            EventFilter filter,
            Answers answers,
            DeliveryPolicy delivery,
            @Nullable TopicRef deadLetters,
            int share,
            TriggerLimits limits) {
        this(
                place,
                name,
                function,
                reading,
                http,
                objects,
                filter,
                answers,
                delivery,
                deadLetters,
                share,
                limits,
                Map.of());
    }

    /** Where the key of this path is written, or the trigger, if that is not known. */
    public Place place(String path) {
        return places.getOrDefault(path, place);
    }

    /**
     * How a topic is read.
     *
     * @param topic the topic
     * @param group the consumer group that owns the position
     * @param start where a group without a position begins
     * @param ordering which events run one after another
     * @param form how the trigger sees the topic's events; null for as they are
     */
    public record Reading(
            TopicRef topic,
            String group,
            Start start,
            Ordering ordering,
            @Nullable SourceForm form) {
        /** A reading of events as they are. */
        public Reading(TopicRef topic, String group, Start start, Ordering ordering) {
            this(topic, group, start, ordering, null);
        }
    }

    /**
     * A path of the ingress.
     *
     * @param method in capitals
     * @param path from the first slash
     * @param mode what the response says
     * @param adapter what makes events of requests; null when they are events, or plain data
     * @param webhooks what is agreed with senders of webhooks; null when the server's settings hold
     */
    public record Http(
            String method,
            String path,
            Mode mode,
            @Nullable Adapter adapter,
            @Nullable Webhooks webhooks) {}

    /**
     * What is agreed with senders of webhooks.
     *
     * @param origins their host names, {@code *.} and the end of one, or {@code *}
     * @param perMinute deliveries that each of them may make in a minute; null for any number
     */
    public record Webhooks(List<String> origins, @Nullable Integer perMinute) {
        public Webhooks {
            origins = List.copyOf(origins);
        }
    }

    /**
     * A service whose requests are no events, but are turned into some.
     *
     * @param name of the mapping
     * @param secret under which the requests are signed; null when no signature is checked
     */
    public record Adapter(String name, @Nullable Secret secret) {}

    /**
     * Objects that have events.
     *
     * @param spec how they are looked for
     * @param folder whose files they are; null when they are a bucket's
     * @param bucket whose objects they are; null when they are files
     */
    public record Objects(
            ObjectSpec spec,
            @Nullable FolderSpec folder,
            @Nullable BucketSpec bucket) {}

    /** What an HTTP trigger responds. */
    public enum Mode {
        /** The function's answer. */
        REPLY,
        /** 202 once the event is stored on the trigger's topic. */
        ACCEPT
    }

    /**
     * Where answers go.
     *
     * @param routes tried in order; none: answers are dropped, or are the response of a reply
     * @param type the type of answers that are data instead of events
     * @param source their source
     */
    public record Answers(List<AnswerRoute> routes, String type, String source) {
        public Answers {
            routes = List.copyOf(routes);
        }
    }

    /**
     * A topic for answers.
     *
     * @param type the type of the answers it takes; null: all
     * @param topic where they go
     */
    public record AnswerRoute(@Nullable String type, TopicRef topic) {}
}

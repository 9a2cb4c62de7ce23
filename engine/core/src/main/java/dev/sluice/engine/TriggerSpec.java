package dev.sluice.engine;

import dev.sluice.broker.EventSink;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.sql.EventFilter;
import org.jspecify.annotations.Nullable;

/**
 * What brings events to a function.
 *
 * @param name unique in the engine
 * @param function the function's name
 * @param topic the topic it reads; null for a trigger whose callers wait for the answer
 * @param source the reading of that topic; null together with {@code topic}
 * @param ordering which of its events run one after another
 * @param filter which of its events the function gets
 * @param answers what becomes of the answers; a {@link dev.sluice.broker.Call} brings its own sink
 * @param delivery retries, timeout, dead letters
 * @param deadLetters takes events that are out of tries; null together with {@code topic}
 * @param share its weight against other triggers of the function, 1 to 1,000
 * @param limits what it keeps the function from
 */
public record TriggerSpec(
        String name,
        String function,
        @Nullable String topic,
        @Nullable EventSource source,
        Ordering ordering,
        EventFilter filter,
        AnswerPolicy answers,
        DeliveryPolicy delivery,
        @Nullable EventSink deadLetters,
        int share,
        TriggerLimits limits) {
    public TriggerSpec {
        new Violations("trigger '" + name + "'")
                .require(!name.isBlank(), "name", name, "must not be blank")
                .require(share >= 1 && share <= 1_000, "share", share, "must be between 1 and 1000")
                .require((topic == null) == (source == null), "source", source, "must come together with a topic")
                .require(
                        (topic == null) == (deadLetters == null),
                        "dead-letter",
                        deadLetters,
                        "must come together with a topic")
                .require(
                        topic != null || limits.repeats() == null,
                        "dedupe",
                        limits.repeats(),
                        "must come together with a topic")
                .throwIfAny();
    }

    /** The same for other events, which have the smallest share. */
    TriggerSpec beside(EventSource other, @Nullable Rate rate) {
        return new TriggerSpec(
                name,
                function,
                topic,
                other,
                ordering,
                filter,
                answers,
                delivery,
                deadLetters,
                1,
                limits.withRate(rate));
    }

    /** A trigger without limits of its own. */
    public TriggerSpec(
            String name,
            String function,
            @Nullable String topic,
            @Nullable EventSource source,
            Ordering ordering,
            EventFilter filter,
            AnswerPolicy answers,
            DeliveryPolicy delivery,
            @Nullable EventSink deadLetters,
            int share) {
        this(
                name,
                function,
                topic,
                source,
                ordering,
                filter,
                answers,
                delivery,
                deadLetters,
                share,
                TriggerLimits.NONE);
    }
}

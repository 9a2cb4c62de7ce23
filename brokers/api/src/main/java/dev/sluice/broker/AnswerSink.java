package dev.sluice.broker;

import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Where a function's answers go: a topic, several, or the caller's response. */
@FunctionalInterface
public interface AnswerSink {
    /** Takes no answers: each is dropped, which the trigger's author chose by naming no place for them. */
    AnswerSink NONE = (answer, key) -> Mono.empty();

    /**
     * Publishes one answer. Lazy; answers subscribed one after another keep that order in their partition.
     * Completes once the place of destination has it; errors with {@link BrokerException} otherwise, in which case it
     * may have it all the same. Never blocks.
     *
     * @param key the record's key, or null to let the sink derive it from the event's {@code partitionkey}
     */
    Mono<Void> publish(CloudEvent answer, @Nullable String key);
}

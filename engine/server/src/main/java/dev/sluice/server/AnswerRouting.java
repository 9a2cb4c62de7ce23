package dev.sluice.server;

import dev.sluice.broker.AnswerSink;
import dev.sluice.broker.BrokerException;
import io.cloudevents.CloudEvent;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Sends each answer to the topic of its type. An answer that no topic takes is an error, so that its input is tried
 * again and kept as a dead letter in the end: an answer that vanishes would be worse.
 *
 * @param trigger whose answers they are
 * @param byType the topics by the types that they take
 * @param rest takes the other types; null when none does
 */
record AnswerRouting(
        String trigger,
        Map<String, AnswerSink> byType,
        @Nullable AnswerSink rest) implements AnswerSink {
    AnswerRouting {
        byType = Map.copyOf(byType);
    }

    @Override
    public Mono<Void> publish(CloudEvent answer, @Nullable String key) {
        var sink = byType.get(answer.getType());
        if (sink == null) {
            sink = rest;
        }
        return sink == null ? Mono.error(() -> unrouted(answer)) : sink.publish(answer, key);
    }

    private BrokerException unrouted(CloudEvent answer) {
        return new BrokerException.Refused(
                "answers of trigger " + trigger,
                "no entry takes type '" + answer.getType() + "'; an entry without a type would take all the others",
                null);
    }
}

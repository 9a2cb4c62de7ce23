package dev.sluice.broker;

import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The way onto one topic. Safe for any number of threads. */
public interface EventSink extends AnswerSink {
    /** The topic's name. */
    String topic();

    /** The largest event it takes, in bytes of its structured form. */
    int sizeMaxBytes();

    /**
     * Stores an event. Lazy; events subscribed one after another from one thread keep that order in their partition.
     * Completes once the broker has stored it. Errors: {@link BrokerException.Full} when the topic is at its limit
     * and stays so for the sink's deadline, {@link BrokerException.TooLarge},
     * {@link BrokerException.Unavailable}; after an error the broker may have stored it all the same. Cancel while it
     * waits for room withdraws it; later it has no effect.
     *
     * @param key the record's key, or null to use the event's {@code partitionkey}, if any
     */
    @Override
    Mono<Void> publish(CloudEvent event, @Nullable String key);
}

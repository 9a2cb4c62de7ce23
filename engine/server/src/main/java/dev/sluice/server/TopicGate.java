package dev.sluice.server;

import dev.sluice.broker.Broker;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSink;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.TailEvent;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.server.manifest.TopicRef;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;

/**
 * A topic of a broker that may be out of reach: closed until the topic was found or made. Till then publishes fail at
 * once and readings wait; from then on it is not in the way. Once open it stays so, since from there the broker's own
 * sinks and sources say what is wrong. Safe for any number of threads.
 */
final class TopicGate {
    private static final Logger LOG = LoggerFactory.getLogger(TopicGate.class);
    private static final Duration AGAIN_MIN = Duration.ofSeconds(1);
    private static final Duration AGAIN_MAX = Duration.ofSeconds(60);

    private final TopicRef topic;
    private final Broker broker;
    private final EventSink stored;
    private final GatedSink sink = new GatedSink();
    private final Sinks.Empty<Void> opened = Sinks.empty();

    private volatile boolean open;
    private volatile String trouble;
    private volatile int eventBytesMax = Integer.MAX_VALUE;

    TopicGate(TopicRef topic, Broker broker) {
        this.topic = topic;
        this.broker = broker;
        this.stored = broker.sink(topic.name());
        this.trouble = sentence("it is being looked for");
    }

    TopicRef topic() {
        return topic;
    }

    boolean isOpen() {
        return open;
    }

    /** Completes once it is open. */
    Mono<Void> opened() {
        return opened.asMono();
    }

    /** Why it is closed, in a sentence; empty once it is open. */
    String trouble() {
        return trouble;
    }

    /** Whether what was wrong so far is wrong no more, or something else is. */
    boolean closedBecause(String reason) {
        var now = sentence(reason);
        var changed = !now.equals(trouble);
        trouble = now;
        return changed;
    }

    /** Lets everything pass, from now on. Those who waited go on in this thread. */
    void open() {
        open = true;
        trouble = "";
        opened.tryEmitEmpty();
    }

    /** Lets no larger event pass: for topics that would take events whose dead letter finds no room. */
    void limit(int bytesMax) {
        eventBytesMax = Math.min(eventBytesMax, bytesMax);
    }

    EventSink sink() {
        return sink;
    }

    /**
     * A reading that begins once the topic is open. One that ends with an error is begun again after 1 s, 2 s and so on
     * up to 60 s, which its troubles tell, unless the error would be the same.
     */
    EventSource source(Subscription subscription) {
        return new GatedSource(subscription, broker.source(subscription));
    }

    /** A live tail; one that is asked for too early fails. */
    Flux<TailEvent> tail(Map<Integer, Long> after) {
        return Flux.defer(() -> open ? broker.tail(topic.name(), after) : Flux.error(this::closed));
    }

    private String sentence(String reason) {
        return "topic '" + topic.name() + "' of broker '" + topic.broker() + "' is not open: " + reason;
    }

    /** Whether it would be the same the next time, until someone changes something. */
    private static boolean isFinal(Throwable error) {
        return error instanceof BrokerException known
                ? !known.transientFault()
                : error instanceof IllegalArgumentException || error instanceof IllegalStateException;
    }

    private BrokerException closed() {
        return new BrokerException.Unavailable(topic.broker(), trouble, null);
    }

    private final class GatedSink implements EventSink {
        @Override
        public String topic() {
            return topic.name();
        }

        @Override
        public int sizeMaxBytes() {
            return Math.min(stored.sizeMaxBytes(), eventBytesMax);
        }

        @Override
        public Mono<Void> publish(CloudEvent event, @Nullable String key) {
            if (!open) {
                return Mono.defer(() -> open ? publish(event, key) : Mono.error(closed()));
            }
            var max = eventBytesMax;
            if (max < Integer.MAX_VALUE) {
                var size = WireEvent.sizeOf(event);
                if (size > max) {
                    return Mono.error(() -> new BrokerException.TooLarge(topic.name(), size, max));
                }
            }
            return stored.publish(event, key);
        }
    }

    private final class GatedSource implements EventSource {
        private final Subscription subscription;
        private final EventSource source;
        private volatile String ended = "";

        GatedSource(Subscription subscription, EventSource source) {
            this.subscription = subscription;
            this.source = source;
        }

        @Override
        public Flux<Delivery> receive() {
            return Flux.defer(() -> open ? source.receive() : opened().thenMany(source.receive()))
                    .retryWhen(Retry.backoff(Long.MAX_VALUE, AGAIN_MIN)
                            .maxBackoff(AGAIN_MAX)
                            .transientErrors(true)
                            .filter(error -> !isFinal(error))
                            .doBeforeRetry(signal -> endedBy(signal.failure()))
                            .doAfterRetry(signal -> ended = ""));
        }

        private void endedBy(Throwable error) {
            ended = "the reading of topic '" + topic.name() + "' ended, and is begun again: " + error.getMessage();
            LOG.warn("group {}: {}", subscription.group(), ended);
        }

        @Override
        public Flux<Revocation> revocations() {
            return source.revocations();
        }

        @Override
        public void pause(int partition) {
            source.pause(partition);
        }

        @Override
        public void resume(int partition) {
            source.resume(partition);
        }

        @Override
        public Lag lag() {
            return open
                    ? source.lag()
                    : new Lag(topic.name(), subscription.group(), List.of(new Lag.PartitionLag(0, -1, -1)));
        }

        @Override
        public List<Trouble> troubles() {
            var why = trouble;
            if (!why.isEmpty()) {
                return List.of(new Trouble(-1, why));
            }
            var end = ended;
            return end.isEmpty() ? source.troubles() : List.of(new Trouble(-1, end));
        }

        @Override
        public int fullPartitions() {
            return open ? source.fullPartitions() : 0;
        }
    }
}

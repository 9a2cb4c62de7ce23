package dev.sluice.broker.kafka;

import dev.sluice.broker.Broker;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.EventSink;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.TailEvent;
import dev.sluice.broker.TopicStatus;
import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A broker that keeps its topics in a Kafka cluster. */
public final class KafkaBroker implements Broker {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private final KafkaBrokerOptions options;
    private final MeterRegistry registry;
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

    private KafkaBroker(KafkaBrokerOptions options, MeterRegistry registry) {
        this.options = Objects.requireNonNull(options, "options");
        this.registry = Objects.requireNonNull(registry, "registry");
    }

    /** A broker on the cluster that the options name. Neither waits for the cluster nor fails when it is away. */
    public static KafkaBroker create(KafkaBrokerOptions options, MeterRegistry registry) {
        return new KafkaBroker(options, registry);
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public Mono<Void> ensureTopic(String topic) {
        return Mono.error(this::notOpen);
    }

    @Override
    public EventSink sink(String topic) {
        return new EventSink() {
            @Override
            public String topic() {
                return topic;
            }

            @Override
            public int sizeMaxBytes() {
                return 1 << 20;
            }

            @Override
            public Mono<Void> publish(CloudEvent event, @Nullable String key) {
                return Mono.error(KafkaBroker.this::notOpen);
            }
        };
    }

    @Override
    public EventSource source(Subscription subscription) {
        var settings = new SourceSettings(
                options.name(),
                ClientProperties.consumer(options),
                options.instanceId(),
                options.drainTimeout(),
                WATCHDOG);
        return new KafkaSource(
                subscription,
                settings,
                vertx,
                partitions -> Mono.<Map<org.apache.kafka.common.TopicPartition, Long>>error(this::notOpen)
                        .toFuture(),
                registry);
    }

    @Override
    public Flux<TailEvent> tail(String topic, Map<Integer, Long> after) {
        return Flux.error(this::notOpen);
    }

    @Override
    public Mono<List<TopicStatus>> topics() {
        return Mono.error(this::notOpen);
    }

    @Override
    public Mono<Health> health() {
        return Mono.just(new Health(false, "not open"));
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromCompletionStage(() -> vertx.close().toCompletionStage());
    }

    private BrokerException notOpen() {
        return new BrokerException.Unavailable(options.name(), "it is not open", null);
    }
}

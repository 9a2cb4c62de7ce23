package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Delivery;
import dev.sluice.broker.Subscription;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.consumer.KafkaReadStream;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One subscription of a source with all that belongs to it: the member, its poll loop, and the stream that drives it.
 */
final class Reading {
    /** How long the loop keeps Vert.x's worker at a time: so long may Vert.x wait to close the stream. */
    private static final Duration POLL = Duration.ofMillis(100);

    /**
     * The most records of a poll. Nothing is fetched unless the worst that can become of a whole poll can be committed:
     * beside one event that stays open, that is so up to 585,000 offsets behind it with polls of 2,000, up to 9,600
     * with polls of 5,000, and never with polls of more than 7,400.
     */
    static final int POLL_MAX = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(Reading.class);

    final KafkaMember member;
    final Watch watch;
    final PollLoop loop;
    private final String topic;
    private final SourceMeters meters;
    private final KafkaReadStream<byte[], byte[]> stream;
    private final Sinks.Empty<Void> closed = Sinks.empty();
    /** Guarded by this: a stream can only be closed once it is subscribed. */
    private boolean begun;

    Reading(
            KafkaSource source,
            CoreSubscriber<? super Delivery> actual,
            SourceSettings settings,
            Vertx vertx,
            EndOffsets ends,
            MeterRegistry registry,
            Map<Integer, Long> stored,
            LongSupplier nanos) {
        var subscription = source.subscription();
        var gate = new PollGate(nanos);
        var config = config(subscription, settings);
        var pollMax = pollMax(config);
        var fetchMax = intOf(config, ConsumerConfig.FETCH_MAX_BYTES_CONFIG, ConsumerConfig.DEFAULT_FETCH_MAX_BYTES);
        topic = subscription.topic();
        meters = new SourceMeters(registry, settings.broker(), topic, subscription.group());
        var backlog = new Backlog(Math.max(1, pollMax / 2), Math.max(1, fetchMax / 2));
        member = new KafkaMember(source, actual, gate, backlog, meters, settings.records());
        meters.show(member);
        var commits = new Commits(gate, meters, (at, offset) -> stored.put(at.partition(), offset));
        var positions = new Positions(member, subscription, stored, commits, Clock.systemUTC());
        watch = new Watch(topic, subscription.group(), settings, ends, member, commits);
        loop = new PollLoop(
                settings.broker(),
                topic,
                !isClassic(config),
                member,
                () -> consumer(config),
                pollMax,
                positions,
                commits,
                watch,
                settings.drainTimeout());
        stream = KafkaReadStream.create(
                vertx, new PollingConsumer(loop, gate, broken -> broke(settings.broker(), broken), this::closed));
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static Map<String, Object> config(Subscription subscription, SourceSettings settings) {
        var config = new HashMap<>(settings.consumer());
        config.put(ConsumerConfig.GROUP_ID_CONFIG, subscription.group());
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        // New partitions are to be seen soon; the default is 5 minutes.
        config.putIfAbsent(ConsumerConfig.METADATA_MAX_AGE_CONFIG, "30000");
        // The operating system's choice. In Kafka's default of 64 KiB there is no room for the next fetch while this
        // one's records are handed on: the poll thread would wait for all of it.
        config.putIfAbsent(ConsumerConfig.RECEIVE_BUFFER_CONFIG, "-1");
        if (settings.instanceId() != null) {
            config.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, settings.instanceId() + "-" + subscription.topic());
        }
        if (isClassic(config)) {
            config.putIfAbsent(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                    "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
        }
        return config;
    }

    private static int pollMax(Map<String, Object> config) {
        var asked = intOf(config, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, ConsumerConfig.DEFAULT_MAX_POLL_RECORDS);
        if (asked > POLL_MAX) {
            LOG.warn(
                    "max.poll.records is {}: {} are polled at most, so that what is done can be stored",
                    asked,
                    POLL_MAX);
            config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_MAX);
        }
        return Math.min(asked, POLL_MAX);
    }

    private static boolean isClassic(Map<String, Object> config) {
        var protocol = String.valueOf(config.getOrDefault(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic"));
        return protocol.equalsIgnoreCase("classic");
    }

    private static int intOf(Map<String, Object> config, String name, int otherwise) {
        var value = config.get(name);
        return value == null ? otherwise : Integer.parseInt(value.toString().trim());
    }

    /** Joins the group, unless the member has ended by now. To be called once its subscriber has it. */
    void begin() {
        member.begin();
        join();
    }

    private synchronized void join() {
        if (member.isEnded()) {
            return;
        }
        begun = true;
        stream.exceptionHandler(error -> watch.failed(error));
        stream.pollTimeout(POLL);
        stream.batchHandler(nothing -> {});
        stream.subscribe(Set.of(topic));
    }

    /** The member has ended: leaves the group. */
    void end() {
        synchronized (this) {
            if (begun) {
                stream.close();
                return;
            }
        }
        closed();
    }

    private void broke(String broker, Error broken) {
        member.fail(new BrokerException.Unavailable(
                broker, "the thread that reads " + topic + " broke: " + broken, broken));
    }

    private void closed() {
        meters.close();
        closed.tryEmitEmpty();
    }

    /** Completes once the group is left. */
    Mono<Void> whenClosed() {
        return closed.asMono();
    }
}

package dev.sluice.broker.kafka;

import dev.sluice.broker.Broker.Health;
import dev.sluice.broker.BrokerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the cluster beside sending and reading. Every answer comes on a thread of the admin client's or of
 * the caller's, within a time limit; nothing blocks.
 */
final class KafkaAdmin {
    private static final Pattern TOPIC_NAME = Pattern.compile("[A-Za-z0-9._-]{1,249}");
    private static final int NAME_SHOWN = 80;
    static final int CALL_MS = 10_000;
    private static final int HEALTH_MS = 3_000;
    private static final long HEALTH_KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int APPEAR_TRIES = 50;
    private static final long APPEAR_MS = 100;
    /** Segments roll early: only what is not written to any more is compacted, and a session's owner reads all of it. */
    private static final Map<String, String> CONTROL_CONFIG = Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.SEGMENT_BYTES_CONFIG,
            String.valueOf(16 << 20),
            TopicConfig.SEGMENT_MS_CONFIG,
            String.valueOf(TimeUnit.HOURS.toMillis(1)),
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
            "0.2");

    private final KafkaBrokerOptions options;
    private final KafkaErrors errors;
    private final Connector<Admin> connector;
    private final AtomicReference<@Nullable Asked> lastHealth = new AtomicReference<>();

    private record Asked(long nanos, CompletableFuture<Health> answer) {}

    KafkaAdmin(
            KafkaBrokerOptions options, KafkaErrors errors, ScheduledExecutorService control, Supplier<Admin> maker) {
        this.options = options;
        this.errors = errors;
        this.connector = new Connector<>(control, maker, admin -> admin.close(Duration.ZERO), errors);
    }

    /** Asks; errors with {@link BrokerException} when there is no answer within the limit. */
    <T> CompletableFuture<T> ask(int limitMs, Function<Admin, CompletionStage<T>> question) {
        return connector
                .client()
                .thenCompose(question)
                .orTimeout(limitMs + limitMs / 4, TimeUnit.MILLISECONDS)
                .exceptionallyCompose(error -> {
                    var root = KafkaErrors.root(error);
                    var failure = root instanceof TimeoutException ? connector.failure() : null;
                    return CompletableFuture.failedFuture(failure == null ? root : failure);
                });
    }

    static <T> CompletionStage<T> stage(KafkaFuture<T> future) {
        return future.toCompletionStage();
    }

    /**
     * What the topic takes, once its leaders know that they lead: a node that hears of a topic later than its clients
     * refuses the first batch and, having no state of the producer, may accept the second; then the first can never
     * follow (KAFKA-15591). A partition that has no leader for now is not waited for beyond the call's limit.
     *
     * <p>Errors with {@link UnknownTopicOrPartitionException} when it does not exist.
     */
    CompletableFuture<TopicLimits> lookUp(String topic) {
        return describe(topic).thenCompose(found -> {
            var led = ends(partitionsOf(found)).handle((ends, unknown) -> null);
            return messageBytes(topic)
                    .thenCombine(
                            led,
                            (bytes, any) -> new TopicLimits(found.partitions().size(), bytes));
        });
    }

    private static List<TopicPartition> partitionsOf(TopicDescription topic) {
        return topic.partitions().stream()
                .map(partition -> new TopicPartition(topic.name(), partition.partition()))
                .toList();
    }

    private CompletableFuture<TopicDescription> describe(String topic) {
        return ask(
                CALL_MS,
                admin -> stage(admin.describeTopics(List.of(topic), new DescribeTopicsOptions().timeoutMs(CALL_MS))
                        .allTopicNames()
                        .thenApply(all -> {
                            var found = all.get(topic);
                            if (found == null) {
                                throw new UnknownTopicOrPartitionException("no topic '" + topic + "'");
                            }
                            return found;
                        })));
    }

    /** Kafka's default when the cluster does not tell: then the topic itself refuses what is too large. */
    private CompletableFuture<Integer> messageBytes(String topic) {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return ask(
                        CALL_MS,
                        admin -> stage(admin.describeConfigs(
                                        List.of(resource), new DescribeConfigsOptions().timeoutMs(CALL_MS))
                                .all()))
                .thenApply(all -> Optional.ofNullable(all.get(resource))
                        .map(config -> config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG))
                        .map(entry -> Integer.parseInt(entry.value()))
                        .orElse(TopicLimits.MESSAGE_BYTES))
                .exceptionally(error -> TopicLimits.MESSAGE_BYTES);
    }

    /**
     * What the topic takes; creates it when it does not exist and that is allowed. Changes nothing of one that exists.
     */
    CompletableFuture<TopicLimits> ensure(String topic, boolean create) {
        if (!TOPIC_NAME.matcher(topic).matches() || topic.equals(".") || topic.equals("..")) {
            return CompletableFuture.failedFuture(
                    errors.refused("a topic's name has 1 to 249 of A-Z a-z 0-9 . _ -, unlike '" + shown(topic) + "'"));
        }
        return lookUp(topic).exceptionallyCompose(error -> {
            if (!isMissing(error)) {
                return CompletableFuture.failedFuture(errors.of(error));
            }
            if (!create) {
                return CompletableFuture.failedFuture(KafkaErrors.root(error));
            }
            return create(topic).thenCompose(created -> appeared(topic, APPEAR_TRIES));
        });
    }

    /** A name from anywhere, harmless in a log. */
    private static String shown(String topic) {
        return topic.substring(0, Math.min(topic.length(), NAME_SHOWN)).replaceAll("[^ -~]", "?");
    }

    private static boolean isMissing(Throwable error) {
        return KafkaErrors.root(error) instanceof UnknownTopicOrPartitionException;
    }

    private CompletableFuture<Void> create(String topic) {
        var config = new HashMap<>(options.topicConfig());
        config.putIfAbsent(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(options.messageBytesCreated()));
        var created = new NewTopic(topic, options.partitions(), (short) options.replicationFactor()).configs(config);
        return create(created);
    }

    private CompletableFuture<Void> create(NewTopic created) {
        return this.<Void>ask(
                        CALL_MS,
                        admin ->
                                stage(admin.createTopics(List.of(created), new CreateTopicsOptions().timeoutMs(CALL_MS))
                                        .all()))
                .exceptionallyCompose(error -> KafkaErrors.root(error) instanceof TopicExistsException
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(errors.of(error)));
    }

    /**
     * Makes sure that the control topic is there, compacted and with enough partitions; errors with {@link
     * BrokerException.Refused} when it is another.
     */
    CompletableFuture<Void> ensureControl(String topic, int partitions) {
        return describe(topic)
                .exceptionallyCompose(error -> {
                    if (!isMissing(error)) {
                        return CompletableFuture.failedFuture(errors.of(error));
                    }
                    if (!options.createTopics()) {
                        return CompletableFuture.failedFuture(errors.refused("there is no control topic '" + topic
                                + "'; create it with " + partitions + " partitions and cleanup.policy=compact"));
                    }
                    var created = new NewTopic(topic, partitions, (short) options.replicationFactor())
                            .configs(CONTROL_CONFIG);
                    return create(created)
                            .thenCompose(done -> appeared(topic, APPEAR_TRIES))
                            .thenCompose(done -> describe(topic));
                })
                .thenCompose(found -> found.partitions().size() < partitions
                        ? CompletableFuture.failedFuture(errors.refused("control topic '" + topic + "' has "
                                + found.partitions().size() + " partitions, must have " + partitions))
                        : requireCompacted(topic));
    }

    private CompletableFuture<Void> requireCompacted(String topic) {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return this.<Map<ConfigResource, Config>>ask(
                        CALL_MS,
                        admin -> stage(admin.describeConfigs(
                                        List.of(resource), new DescribeConfigsOptions().timeoutMs(CALL_MS))
                                .all()))
                .thenCompose(all -> {
                    var policy = Optional.ofNullable(all.get(resource))
                            .map(config -> config.get(TopicConfig.CLEANUP_POLICY_CONFIG))
                            .map(ConfigEntry::value)
                            .orElse(TopicConfig.CLEANUP_POLICY_COMPACT);
                    return policy.contains(TopicConfig.CLEANUP_POLICY_DELETE)
                            ? CompletableFuture.failedFuture(errors.refused("control topic '" + topic
                                    + "' has cleanup.policy=" + policy + ", must be compact: states would be lost"))
                            : CompletableFuture.completedFuture(null);
                });
    }

    /** Where the partition ends, with what is not committed. */
    CompletableFuture<Long> highWatermark(TopicPartition partition) {
        return ask(
                CALL_MS,
                admin -> stage(admin.listOffsets(
                                Map.of(partition, OffsetSpec.latest()),
                                new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED).timeoutMs(CALL_MS))
                        .partitionResult(partition)
                        .thenApply(ListOffsetsResultInfo::offset)));
    }

    /** Waits until a topic that was just created is known to the node that is asked. */
    private CompletableFuture<TopicLimits> appeared(String topic, int tries) {
        return lookUp(topic).exceptionallyCompose(error -> {
            if (!isMissing(error) || tries <= 1) {
                return CompletableFuture.failedFuture(errors.of(error));
            }
            return CompletableFuture.runAsync(
                            () -> {}, CompletableFuture.delayedExecutor(APPEAR_MS, TimeUnit.MILLISECONDS))
                    .thenCompose(later -> appeared(topic, tries - 1));
        });
    }

    /** Partitions of an existing topic. */
    CompletableFuture<Integer> partitions(String topic) {
        return describe(topic).thenApply(found -> found.partitions().size());
    }

    /** What the cluster tells the topic by from others of its name. */
    CompletableFuture<String> identity(String topic) {
        return describe(topic).thenApply(found -> found.topicId().toString());
    }

    /** Where partitions end for readers of committed records; what there is no answer for is left out. */
    CompletableFuture<Map<TopicPartition, Long>> ends(Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.latest()).thenApply(found -> {
            var ends = new HashMap<TopicPartition, Long>();
            found.forEach((partition, info) -> ends.put(partition, info.offset()));
            return ends;
        });
    }

    CompletableFuture<Map<TopicPartition, ListOffsetsResultInfo>> offsets(
            Collection<TopicPartition> partitions, OffsetSpec where) {
        if (partitions.isEmpty()) {
            return CompletableFuture.completedFuture(Map.of());
        }
        var asked = partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> where));
        return ask(HEALTH_MS, admin -> {
            var answer = admin.listOffsets(
                    asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED).timeoutMs(HEALTH_MS));
            return gather(asked.keySet(), answer::partitionResult);
        });
    }

    /** The answers there are, by what was asked for; errors when there is none at all. */
    static <K, V> CompletableFuture<Map<K, V>> gather(Collection<K> keys, Function<K, KafkaFuture<V>> answers) {
        var found = new HashMap<K, V>();
        var failures = new ArrayList<Throwable>();
        var all = keys.stream()
                .map(key -> stage(answers.apply(key))
                        .handle((value, error) -> {
                            synchronized (found) {
                                if (error == null) {
                                    found.put(key, value);
                                } else {
                                    failures.add(error);
                                }
                            }
                            return value;
                        })
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(all).thenCompose(done -> {
            return found.isEmpty() && !failures.isEmpty()
                    ? CompletableFuture.failedFuture(failures.get(0))
                    : CompletableFuture.completedFuture(found);
        });
    }

    /** Whether the cluster answers. Asked at most once a second; within 3 s. */
    CompletableFuture<Health> health() {
        var now = System.nanoTime();
        var last = lastHealth.get();
        if (last != null && (!last.answer.isDone() || now - last.nanos < HEALTH_KEPT_NANOS)) {
            return last.answer;
        }
        var asked = new Asked(now, new CompletableFuture<>());
        if (!lastHealth.compareAndSet(last, asked)) {
            return health();
        }
        var unused = ask(
                        HEALTH_MS,
                        admin -> stage(admin.describeCluster(new DescribeClusterOptions().timeoutMs(HEALTH_MS))
                                .nodes()))
                .whenComplete((nodes, error) -> asked.answer.complete(error == null ? Health.UP : down(error)));
        return asked.answer;
    }

    private Health down(Throwable error) {
        var root = KafkaErrors.root(error);
        var silent =
                root instanceof TimeoutException || root instanceof org.apache.kafka.common.errors.TimeoutException;
        return new Health(
                false,
                silent
                        ? "no answer within " + HEALTH_MS / 1_000 + " s from " + options.bootstrapServers()
                        : errors.why(root));
    }

    /** Ends the client. Called on the control thread. */
    void close() {
        connector.close();
    }
}

package dev.sluice.broker.kafka;

import dev.sluice.broker.Lag;
import dev.sluice.broker.Lag.PartitionLag;
import dev.sluice.broker.TopicStatus;
import dev.sluice.broker.TopicStatus.PartitionStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.DescribeLogDirsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.jspecify.annotations.Nullable;

/** Looks at all topics and groups from outside, in a handful of requests whatever their number. */
final class TopicSurvey {
    private static final int CALL_MS = 10_000;

    private final KafkaAdmin admin;

    TopicSurvey(KafkaAdmin admin) {
        this.admin = admin;
    }

    /** What was found; filled step by step. */
    private static final class Found {
        private final Map<String, TopicDescription> topics = new TreeMap<>();
        private final Map<TopicPartition, Long> starts = new HashMap<>();
        private final Map<TopicPartition, Long> ends = new HashMap<>();
        private final Map<TopicPartition, Long> bytes = new HashMap<>();
        private final Map<String, Map<TopicPartition, OffsetAndMetadata>> groups = new TreeMap<>();

        private List<TopicPartition> partitions() {
            return topics.entrySet().stream()
                    .flatMap(topic -> topic.getValue().partitions().stream()
                            .map(partition -> new TopicPartition(topic.getKey(), partition.partition())))
                    .toList();
        }

        private List<Integer> leaders() {
            return topics.values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .map(TopicPartitionInfo::leader)
                    .filter(leader -> leader != null && !leader.isEmpty())
                    .map(leader -> leader.id())
                    .distinct()
                    .toList();
        }
    }

    /**
     * All topics by name, with the groups that have a position on them. Within some seconds; errors if none can be
     * told.
     */
    CompletableFuture<List<TopicStatus>> topics() {
        var found = new Found();
        return names().thenCompose(this::describe)
                .thenCompose(topics -> {
                    found.topics.putAll(topics);
                    var starts = admin.offsets(found.partitions(), OffsetSpec.earliest())
                            .thenAccept(all ->
                                    all.forEach((partition, info) -> found.starts.put(partition, info.offset())));
                    var ends = admin.ends(found.partitions()).thenAccept(found.ends::putAll);
                    var groups = groups().thenAccept(found.groups::putAll);
                    var bytes = bytes(found);
                    return CompletableFuture.allOf(starts, ends, groups, bytes);
                })
                .thenApply(done -> statuses(found));
    }

    private CompletableFuture<Collection<String>> names() {
        return admin.ask(
                CALL_MS,
                client -> KafkaAdmin.stage(client.listTopics(new ListTopicsOptions().timeoutMs(CALL_MS))
                        .names()
                        .thenApply(List::copyOf)));
    }

    private CompletableFuture<Map<String, TopicDescription>> describe(Collection<String> names) {
        if (names.isEmpty()) {
            return CompletableFuture.completedFuture(Map.of());
        }
        return admin.ask(CALL_MS, client -> {
            var answers = client.describeTopics(names, new DescribeTopicsOptions().timeoutMs(CALL_MS))
                    .topicNameValues();
            return KafkaAdmin.gather(answers.keySet(), name -> Objects.requireNonNull(answers.get(name)));
        });
    }

    private CompletableFuture<Map<String, Map<TopicPartition, OffsetAndMetadata>>> groups() {
        return admin.ask(
                        CALL_MS,
                        client -> KafkaAdmin.stage(client.listGroups(
                                        ListGroupsOptions.forConsumerGroups().timeoutMs(CALL_MS))
                                .valid()))
                .thenCompose(groups -> {
                    if (groups.isEmpty()) {
                        return CompletableFuture.completedFuture(Map.of());
                    }
                    var asked = groups.stream()
                            .collect(Collectors.toMap(
                                    group -> group.groupId(),
                                    group -> new ListConsumerGroupOffsetsSpec(),
                                    (a, b) -> a));
                    return admin.ask(CALL_MS, client -> {
                        var answer = client.listConsumerGroupOffsets(
                                asked, new ListConsumerGroupOffsetsOptions().timeoutMs(CALL_MS));
                        return KafkaAdmin.gather(asked.keySet(), answer::partitionsToOffsetAndMetadata);
                    });
                });
    }

    /** What the leaders' copies take on disk; nothing when the cluster does not tell. */
    private CompletableFuture<Void> bytes(Found found) {
        var leaders = found.leaders();
        if (leaders.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return admin.ask(CALL_MS, client -> {
                    var answers = client.describeLogDirs(leaders, new DescribeLogDirsOptions().timeoutMs(CALL_MS))
                            .descriptions();
                    return KafkaAdmin.gather(leaders, id -> Objects.requireNonNull(answers.get(id)));
                })
                .thenAccept(nodes -> nodes.values().stream()
                        .map(Map::values)
                        .flatMap(Collection::stream)
                        .map(LogDirDescription::replicaInfos)
                        .forEach(replicas -> replicas.forEach(
                                (partition, replica) -> found.bytes.merge(partition, replica.size(), Math::max))))
                .exceptionally(untold -> null);
    }

    private static List<TopicStatus> statuses(Found found) {
        var statuses = new ArrayList<TopicStatus>();
        found.topics.forEach((name, topic) -> {
            var partitions = topic.partitions().stream()
                    .map(TopicPartitionInfo::partition)
                    .sorted()
                    .map(partition -> new TopicPartition(name, partition))
                    .toList();
            var states = partitions.stream()
                    .map(partition -> new PartitionStatus(
                            partition.partition(),
                            found.starts.getOrDefault(partition, -1L),
                            found.ends.getOrDefault(partition, -1L),
                            found.bytes.getOrDefault(partition, -1L)))
                    .toList();
            statuses.add(new TopicStatus(name, states, lags(found, name, partitions)));
        });
        return statuses;
    }

    private static List<Lag> lags(Found found, String topic, List<TopicPartition> partitions) {
        var lags = new ArrayList<Lag>();
        found.groups.forEach((group, positions) -> {
            if (partitions.stream().anyMatch(positions::containsKey)) {
                lags.add(new Lag(
                        topic,
                        group,
                        partitions.stream()
                                .map(partition -> new PartitionLag(
                                        partition.partition(),
                                        position(positions.get(partition)),
                                        found.ends.getOrDefault(partition, -1L)))
                                .toList()));
            }
        });
        return lags;
    }

    private static long position(@Nullable OffsetAndMetadata committed) {
        return committed == null ? -1 : committed.offset();
    }
}

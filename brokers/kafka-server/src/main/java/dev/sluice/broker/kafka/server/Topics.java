package dev.sluice.broker.kafka.server;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/** What a Kafka is asked for: its nodes, its topics, their replicas. Every wait has a limit. */
final class Topics {
    private static final int ANSWER_SECONDS = 30;
    private static final long LOOK_EVERY_MILLIS = 50;

    private Topics() {}

    static Admin admin(String bootstrapServers) {
        return Admin.create(Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "reconnect.backoff.max.ms",
                "200",
                "default.api.timeout.ms",
                "5000",
                "request.timeout.ms",
                "3000"));
    }

    static void create(String bootstrapServers, Collection<String> names, int partitions, Map<String, String> config) {
        var topics = names.stream()
                .map(name -> new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(config))
                .toList();
        try (var admin = admin(bootstrapServers)) {
            admin.createTopics(topics).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
            await("topics " + names, Duration.ofSeconds(ANSWER_SECONDS), () -> described(admin, names).values().stream()
                    .allMatch(topic -> topic.partitions().size() == partitions && led(topic)));
            // A node may hear that it leads later than its clients do: it answers for a partition's end once it knows.
            var ends = names.stream()
                    .flatMap(name -> IntStream.range(0, partitions).mapToObj(index -> new TopicPartition(name, index)))
                    .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
            admin.listOffsets(ends).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("topics " + names + " could not be created", e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Blocks until so many nodes are registered and serve; ends when the check, made now and then, throws. */
    static void awaitNodes(String bootstrapServers, int nodes, Duration max, Runnable check) {
        try (var admin = admin(bootstrapServers)) {
            await(
                    nodes + " nodes",
                    max,
                    () -> admin.describeCluster()
                                    .nodes()
                                    .get(ANSWER_SECONDS, TimeUnit.SECONDS)
                                    .size()
                            == nodes);
        }
    }

    /** Blocks until so many nodes serve, and every replica of every partition is in sync. */
    static void awaitInSync(String bootstrapServers, int nodes, Duration max) {
        try (var admin = admin(bootstrapServers)) {
            await("all replicas of " + nodes + " nodes in sync", max, () -> {
                var names = admin.listTopics(new ListTopicsOptions().listInternal(true))
                        .names()
                        .get(ANSWER_SECONDS, TimeUnit.SECONDS);
                return serving(admin) == nodes
                        && described(admin, names).values().stream().allMatch(Topics::inSync);
            });
        }
    }

    private static int serving(Admin admin) throws ExecutionException, InterruptedException, TimeoutException {
        return admin.describeCluster()
                .nodes()
                .get(ANSWER_SECONDS, TimeUnit.SECONDS)
                .size();
    }

    private static Map<String, TopicDescription> described(Admin admin, Collection<String> names)
            throws ExecutionException, InterruptedException, TimeoutException {
        return names.isEmpty()
                ? new HashMap<>()
                : admin.describeTopics(names).allTopicNames().get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    private static boolean led(TopicDescription topic) {
        return topic.partitions().stream().allMatch(partition -> partition.leader() != null);
    }

    private static boolean inSync(TopicDescription topic) {
        return led(topic)
                && topic.partitions().stream()
                        .allMatch(partition ->
                                partition.isr().size() == partition.replicas().size());
    }

    private static void await(String what, Duration max, Callable<Boolean> reached) {
        await(what, max, () -> {}, reached);
    }

    private static void await(String what, Duration max, Runnable check, Callable<Boolean> reached) {
        var end = System.nanoTime() + max.toNanos();
        Throwable last = null;
        while (System.nanoTime() < end) {
            check.run();
            try {
                if (reached.call()) {
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
            } catch (InterruptedException e) {
                throw interrupted(e);
            } catch (Exception e) {
                // Not there yet: asked again until the time is over, then named as the cause.
                last = e;
            }
        }
        throw new IllegalStateException(what + " not seen within " + max.toSeconds() + " s", last);
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while waiting for Kafka", e);
    }
}

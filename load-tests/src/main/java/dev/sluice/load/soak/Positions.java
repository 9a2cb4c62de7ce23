package dev.sluice.load.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What a group has committed, beside what the topic holds. */
final class Positions {
    private static final int ANSWER_SECONDS = 20;
    private static final long LOOK_EVERY_MILLIS = 200;

    private Positions() {}

    /**
     * Waits until the group's position is the end of every partition.
     *
     * @return what is still behind when the time is over, in words
     */
    static List<String> behind(Admin admin, String group, String topic, Duration max)
            throws InterruptedException, ExecutionException, TimeoutException {
        var end = System.nanoTime() + max.toNanos();
        var behind = behind(admin, group, topic);
        while (!behind.isEmpty() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
            behind = behind(admin, group, topic);
        }
        return behind;
    }

    private static List<String> behind(Admin admin, String group, String topic)
            throws InterruptedException, ExecutionException, TimeoutException {
        var committed = committed(admin, group);
        var behind = new ArrayList<String>();
        ends(admin, topic).forEach((partition, end) -> {
            var position = committed.get(partition);
            if (end.offset() > 0 && (position == null || position.offset() != end.offset())) {
                behind.add("partition " + partition.partition() + " is committed up to "
                        + (position == null ? "nothing" : position.offset()) + " of " + end.offset());
            }
        });
        return behind;
    }

    /** By partition, what the group has committed. */
    static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin, String group)
            throws InterruptedException, ExecutionException, TimeoutException {
        return admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    /** By partition, the offset that the next record will get. */
    static Map<TopicPartition, ListOffsetsResultInfo> ends(Admin admin, String topic)
            throws InterruptedException, ExecutionException, TimeoutException {
        var described = admin.describeTopics(List.of(topic)).allTopicNames().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        var asked = new HashMap<TopicPartition, OffsetSpec>();
        described.values().stream()
                .flatMap(description -> description.partitions().stream())
                .forEach(partition -> asked.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest()));
        return admin.listOffsets(asked).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }
}

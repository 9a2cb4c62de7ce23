package dev.sluice.broker;

import java.util.Objects;

/**
 * What a member of a consumer group reads.
 *
 * @param topic the topic
 * @param group the group, which owns one position per partition
 * @param start where the group begins when it has no position
 */
public record Subscription(String topic, String group, Start start) {
    public Subscription {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(start, "start");
    }
}

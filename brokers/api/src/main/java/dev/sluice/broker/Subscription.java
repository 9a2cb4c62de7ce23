package dev.sluice.broker;

import java.util.List;
import java.util.Objects;

/**
 * What a member of a consumer group reads.
 *
 * @param topic the topic
 * @param group the group, which owns one position per partition
 * @param start where the group begins when it has no position
 * @param triggers the names of all triggers that share the group's position; a broker that keeps them with the position
 *     refuses a partition that other triggers have worked on, since what is done for those need not be done for these
 * @param acceptTriggerChange takes such a partition all the same, and keeps the new names from then on
 */
public record Subscription(
        String topic, String group, Start start, List<String> triggers, boolean acceptTriggerChange) {
    public Subscription {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(start, "start");
        triggers = triggers.stream().sorted().toList();
    }

    /** A group with one trigger, which has the group's name. */
    public Subscription(String topic, String group, Start start) {
        this(topic, group, start, List.of(group), false);
    }
}

package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Start;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Moves a group's positions: its own members do so for what they read, the cluster for what nobody does. */
final class GroupReset {
    private final KafkaAdmin admin;
    private final KafkaErrors errors;
    private final BiFunction<String, String, List<KafkaSource>> members;

    GroupReset(KafkaAdmin admin, KafkaErrors errors, BiFunction<String, String, List<KafkaSource>> members) {
        this.admin = admin;
        this.errors = errors;
        this.members = members;
    }

    /** Completes once all positions are stored. An error may leave some of them moved and others not. */
    Mono<Void> of(String topic, String group, Set<Integer> partitions, Start to) {
        return Mono.defer(() -> Mono.fromFuture(admin.partitions(topic), true))
                .onErrorMap(errors::of)
                .flatMap(count -> {
                    var left = new HashSet<Integer>();
                    for (var partition = 0; partition < count; partition++) {
                        left.add(partition);
                    }
                    if (!left.containsAll(partitions)) {
                        return Mono.error(errors.refused("topic '" + topic + "' has partitions 0 to " + (count - 1)
                                + ", not all of " + partitions));
                    }
                    if (!partitions.isEmpty()) {
                        left.retainAll(partitions);
                    }
                    return byMembers(topic, group, left, to).then(Mono.defer(() -> byCluster(topic, group, left, to)));
                });
    }

    private Mono<Void> byMembers(String topic, String group, Set<Integer> left, Start to) {
        return Flux.fromIterable(members.apply(topic, group))
                .concatMap(member -> {
                    var own = new HashSet<Integer>();
                    left.removeIf(partition -> member.owns(partition) && own.add(partition));
                    return own.isEmpty() ? Mono.<Void>empty() : member.reset(own, to);
                })
                .then();
    }

    private Mono<Void> byCluster(String topic, String group, Set<Integer> left, Start to) {
        return left.isEmpty()
                ? Mono.empty()
                : Mono.fromFuture(() -> move(topic, group, left, to)).onErrorMap(errors::of);
    }

    /** Moves the positions of a group that nobody is a member of. */
    private CompletableFuture<Void> move(String topic, String group, Set<Integer> partitions, Start to) {
        return positions(topic, partitions, to)
                .thenCompose(found -> admin.ask(
                        KafkaAdmin.CALL_MS,
                        client -> KafkaAdmin.stage(client.alterConsumerGroupOffsets(
                                        group,
                                        found,
                                        new AlterConsumerGroupOffsetsOptions().timeoutMs(KafkaAdmin.CALL_MS))
                                .all())))
                .exceptionallyCompose(error -> CompletableFuture.failedFuture(inUse(group, error)));
    }

    private BrokerException inUse(String group, Throwable error) {
        var root = KafkaErrors.root(error);
        return root instanceof UnknownMemberIdException || root instanceof GroupNotEmptyException
                ? errors.refused("group '" + group + "' has members elsewhere: stop them, or ask where they run")
                : errors.of(root);
    }

    private CompletableFuture<Map<TopicPartition, OffsetAndMetadata>> positions(
            String topic, Set<Integer> partitions, Start to) {
        var asked = partitions.stream().map(p -> new TopicPartition(topic, p)).toList();
        // The ends before the times: what is stored in between must not lie before an end that stands for a time.
        return admin.ends(asked)
                .thenCompose(ends -> admin.offsets(asked, spec(to)).thenApply(found -> {
                    var positions = new HashMap<TopicPartition, OffsetAndMetadata>();
                    for (var partition : asked) {
                        var there = found.get(partition);
                        // A time after the last record has no offset: the end is meant.
                        var offset = there == null || there.offset() < 0 ? ends.get(partition) : (Long) there.offset();
                        if (offset == null) {
                            throw errors.unavailable("partition " + partition + " has no known offsets now");
                        }
                        positions.put(partition, new OffsetAndMetadata(offset));
                    }
                    return positions;
                }));
    }

    private static OffsetSpec spec(Start to) {
        if (to instanceof Start.At at) {
            return OffsetSpec.forTimestamp(at.time().toEpochMilli());
        }
        return to.equals(Start.EARLIEST) ? OffsetSpec.earliest() : OffsetSpec.latest();
    }
}

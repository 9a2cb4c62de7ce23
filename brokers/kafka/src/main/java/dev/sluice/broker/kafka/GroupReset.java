package dev.sluice.broker.kafka;

import dev.sluice.broker.Start;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
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
                : Mono.fromFuture(() -> admin.reset(topic, group, left, to)).onErrorMap(errors::of);
    }
}

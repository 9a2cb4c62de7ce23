package dev.sluice.broker.memory;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control.Shard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Sinks;

/**
 * Groups that share work out among their members in this process. Each move ends the shard at its former member before
 * it begins at the next one. All is done and signalled on the control topic's thread.
 */
final class MemoryShards {
    static final int SHARDS = 16;
    /** Members of all groups. */
    private static final int MEMBERS_MAX = 1_000;

    private final MemoryControl control;
    private final Map<String, List<Member>> groups = new HashMap<>();
    private @Nullable BrokerException closed;

    MemoryShards(MemoryControl control) {
        this.control = control;
    }

    /** One subscription of a group, and the shards that it has. */
    private record Member(FluxSink<Shard> sink, Map<Integer, Sinks.Empty<Void>> shards) {
        private void give(int number) {
            Sinks.Empty<Void> lost = Sinks.empty();
            shards.put(number, lost);
            sink.next(new Shard(number, SHARDS, lost.asMono()));
        }

        private void take(int number) {
            var lost = shards.remove(number);
            if (lost != null) {
                lost.tryEmitEmpty();
            }
        }
    }

    Flux<Shard> of(String group) {
        return Flux.create(
                sink -> {
                    var member = new Member(sink, new HashMap<>());
                    sink.onDispose(() -> control.run(() -> leave(group, member)));
                    if (!control.run(() -> join(group, member))) {
                        sink.error(control.closedException());
                    }
                },
                FluxSink.OverflowStrategy.ERROR);
    }

    private void join(String group, Member member) {
        if (closed != null) {
            member.sink.error(closed);
            return;
        }
        if (member.sink.isCancelled()) {
            return;
        }
        if (groups.values().stream().mapToInt(List::size).sum() >= MEMBERS_MAX) {
            member.sink.error(new IllegalStateException(MEMBERS_MAX + " members of groups are the limit"));
            return;
        }
        var members = groups.computeIfAbsent(group, name -> new ArrayList<>());
        members.add(member);
        if (members.size() == 1) {
            for (var number = 0; number < SHARDS; number++) {
                member.give(number);
            }
        }
        balance(members);
    }

    private void leave(String group, Member member) {
        var members = groups.get(group);
        if (members == null || !members.remove(member)) {
            return;
        }
        var orphans = List.copyOf(member.shards.keySet());
        orphans.forEach(member::take);
        if (members.isEmpty()) {
            groups.remove(group);
            return;
        }
        orphans.forEach(number -> fewest(members).give(number));
        balance(members);
    }

    private static void balance(List<Member> members) {
        for (var move = 0; move < SHARDS; move++) {
            var most = most(members);
            var fewest = fewest(members);
            if (most.shards.size() - fewest.shards.size() <= 1) {
                return;
            }
            var number = most.shards.keySet().iterator().next();
            most.take(number);
            fewest.give(number);
        }
    }

    private static Member fewest(List<Member> members) {
        return members.stream().min((a, b) -> a.shards.size() - b.shards.size()).orElseThrow();
    }

    private static Member most(List<Member> members) {
        return members.stream().max((a, b) -> a.shards.size() - b.shards.size()).orElseThrow();
    }

    /** Ends every shard and every subscription. */
    void close(BrokerException why) {
        closed = why;
        groups.values().forEach(members -> List.copyOf(members).forEach(member -> {
            List.copyOf(member.shards.keySet()).forEach(member::take);
            member.sink.error(why);
        }));
        groups.clear();
    }
}

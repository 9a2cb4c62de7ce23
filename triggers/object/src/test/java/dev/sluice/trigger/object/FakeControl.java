package dev.sluice.trigger.object;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A control topic in memory, which survives those who use it, and fails as it is told. */
final class FakeControl implements Control {
    private final Map<String, byte[]> states = new TreeMap<>();
    private final List<Outgoing> stored = new ArrayList<>();
    private final Sinks.Many<Shard> shards = Sinks.many().unicast().onBackpressureBuffer();
    private final Sinks.Empty<Void> lost = Sinks.empty();
    private int generation;
    private int commits;
    private int failAt = -1;
    private boolean storedAllTheSame;
    private @Nullable RuntimeException failure;

    /** Lets the commit of that number from now on fail; afterwards all go well. */
    synchronized void failIn(int commitsFromNow, RuntimeException with, boolean butStored) {
        failAt = commits + commitsFromNow;
        failure = with;
        storedAllTheSame = butStored;
    }

    synchronized List<CloudEvent> events() {
        return stored.stream().map(Outgoing::event).toList();
    }

    synchronized List<String> keys() {
        return stored.stream().map(Outgoing::key).toList();
    }

    synchronized Map<String, byte[]> states() {
        return Map.copyOf(states);
    }

    synchronized int commits() {
        return commits;
    }

    void win() {
        shards.tryEmitNext(new Shard(0, 1, lost.asMono())).orThrow();
    }

    void lose() {
        lost.tryEmitEmpty().orThrow();
    }

    @Override
    public Mono<Session> open(String name) {
        return Mono.fromCallable(this::open);
    }

    private synchronized Session open() {
        var mine = ++generation;
        var known = Map.copyOf(states);
        return new Session() {
            @Override
            public Map<String, byte[]> states() {
                return known;
            }

            @Override
            public Mono<Void> commit(List<Outgoing> events, List<Change> changes) {
                return Mono.fromRunnable(() -> store(mine, events, changes));
            }

            @Override
            public Mono<Void> close() {
                return Mono.empty();
            }
        };
    }

    private synchronized void store(int by, List<Outgoing> events, List<Change> changes) {
        if (by != generation) {
            throw new Fenced("object-test");
        }
        Control.requireCommit(events, changes);
        var fails = ++commits == failAt;
        if (!fails || storedAllTheSame) {
            stored.addAll(events);
            for (var change : changes) {
                var value = change.value();
                if (value == null) {
                    states.remove(change.key());
                } else {
                    states.put(change.key(), value);
                }
            }
        }
        var with = failure;
        if (fails && with != null) {
            if (!(with instanceof BrokerException.Full)) {
                generation++;
            }
            throw with;
        }
    }

    @Override
    public Mono<Map<String, byte[]>> read(String session) {
        return Mono.fromCallable(this::states);
    }

    @Override
    public Flux<Shard> shards(String group) {
        return shards.asFlux();
    }
}

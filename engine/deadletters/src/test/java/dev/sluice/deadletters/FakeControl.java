package dev.sluice.deadletters;

import dev.sluice.broker.Broker;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A control topic in memory whose commits can fail, before and after they are stored. */
final class FakeControl implements Control {
    enum Fault {
        NONE,
        /** Nothing is stored, and it is told that it may have been. */
        LOST,
        /** All is stored, and it is told that it may not have been. */
        STORED_AND_TOLD_OTHERWISE,
        /** There is no room. */
        FULL
    }

    final Deque<Fault> faults = new ArrayDeque<>();
    final Map<String, Map<String, byte[]>> states = new HashMap<>();
    private final Map<String, Object> holders = new HashMap<>();
    private final Broker broker;
    int commits;
    int largest;
    /** Which events are never taken, and a commit with one of them neither. */
    Predicate<Outgoing> refuses = event -> false;

    boolean refusesAll;
    /** Is run before each commit. */
    Runnable before = () -> {};

    FakeControl(Broker broker) {
        this.broker = broker;
    }

    @Override
    public Mono<Session> open(String name) {
        return Mono.fromSupplier(() -> {
            var session = new FakeSession(name, Map.copyOf(of(name)));
            holders.put(name, session);
            return session;
        });
    }

    @Override
    public Mono<Map<String, byte[]>> read(String name) {
        return Mono.fromSupplier(() -> Map.copyOf(of(name)));
    }

    private Map<String, byte[]> of(String name) {
        return states.computeIfAbsent(name, key -> new HashMap<>());
    }

    @Override
    public Flux<Shard> shards(String group) {
        return Flux.error(new UnsupportedOperationException("no shards here"));
    }

    private final class FakeSession implements Session {
        private final String name;
        private final Map<String, byte[]> opened;
        private boolean closed;

        private FakeSession(String name, Map<String, byte[]> opened) {
            this.name = name;
            this.opened = opened;
        }

        @Override
        public Map<String, byte[]> states() {
            return opened;
        }

        @Override
        public Mono<Void> commit(List<Outgoing> events, List<Change> changes) {
            return Mono.defer(() -> {
                Control.requireCommit(events, changes);
                before.run();
                if (closed) {
                    return Mono.error(new BrokerException.Unavailable("fake", "the session is closed", null));
                }
                if (holders.get(name) != this) {
                    return Mono.error(new Fenced(name));
                }
                if (refusesAll || events.stream().anyMatch(refuses)) {
                    return Mono.error(new BrokerException.Refused("fake", "not authorised", null));
                }
                var fault = faults.isEmpty() ? Fault.NONE : faults.remove();
                if (fault == Fault.FULL) {
                    return Mono.error(new BrokerException.Full("fake", "no room"));
                }
                if (fault != Fault.LOST) {
                    store(events, changes);
                }
                if (fault == Fault.NONE) {
                    return Mono.empty();
                }
                closed = true;
                return Mono.error(new BrokerException.Unavailable("fake", "no answer", null));
            });
        }

        private void store(List<Outgoing> events, List<Change> changes) {
            commits++;
            largest = Math.max(largest, events.size());
            for (var event : events) {
                broker.sink(event.topic())
                        .publish(event.event(), event.key())
                        .toFuture()
                        .join();
            }
            for (var change : changes) {
                if (change.value() == null) {
                    of(name).remove(change.key());
                } else {
                    of(name).put(change.key(), change.value());
                }
            }
        }

        @Override
        public Mono<Void> close() {
            return Mono.fromRunnable(() -> closed = true);
        }
    }
}

package dev.sluice.broker.memory;

import dev.sluice.broker.Control;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** A holder of states. Its commits are made in turn, on the control topic's thread. */
final class MemorySession implements Control.Session {
    final String name;
    /** Commits that are not done; the first is being made. Used on the control topic's thread only. */
    final ArrayDeque<Commit> commits = new ArrayDeque<>();

    private final MemoryControl control;
    private final Map<String, byte[]> states;
    /** On the control topic's thread only. */
    boolean closed;

    MemorySession(MemoryControl control, String name, Map<String, byte[]> states) {
        this.control = control;
        this.name = name;
        this.states = Collections.unmodifiableMap(new HashMap<>(states));
    }

    /** A commit that waits for its turn or for room. */
    record Commit(
            List<Control.Outgoing> events, List<Control.Change> changes, long deadlineNanos, MonoSink<Void> sender) {}

    @Override
    public Map<String, byte[]> states() {
        return states;
    }

    @Override
    public Mono<Void> commit(List<Control.Outgoing> events, List<Control.Change> changes) {
        Control.requireCommit(events, changes);
        var sent = List.copyOf(events);
        var changed = List.copyOf(changes);
        return Mono.create(sender -> control.commit(this, sent, changed, sender));
    }

    @Override
    public Mono<Void> close() {
        return Mono.create(sender -> control.close(this, sender));
    }
}

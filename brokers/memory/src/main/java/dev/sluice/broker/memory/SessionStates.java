package dev.sluice.broker.memory;

import dev.sluice.broker.Control.Change;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The states of a name, and who holds it. Used on the control topic's thread only. */
final class SessionStates {
    /** What a state takes beside its key and value. */
    private static final int STATE_OVERHEAD = 100;

    final Map<String, byte[]> states = new HashMap<>();
    private final @Nullable StateLog log;
    private @Nullable MemorySession holder;
    private long bytes;
    private boolean unsure;

    /** @param log where they stand on disk; null when they end with the process */
    SessionStates(@Nullable StateLog log) {
        this.log = log;
    }

    /** With what the log says. */
    static SessionStates of(StateLog log, Map<String, byte[]> read) {
        var session = new SessionStates(log);
        read.forEach((key, value) -> {
            session.states.put(key, value);
            session.bytes += size(key, value);
        });
        return session;
    }

    long bytes() {
        return bytes;
    }

    boolean isHeldBy(MemorySession session) {
        return holder == session;
    }

    /** Makes it the holder; an append that failed is taken back for good first. */
    void take(MemorySession session) throws IOException {
        if (unsure && log != null) {
            log.restore();
            unsure = false;
        }
        holder = session;
    }

    void leave(MemorySession session) {
        if (holder == session) {
            holder = null;
        }
    }

    /** How many bytes more the states would take, when each is changed once. */
    long growth(List<Change> changes) {
        var growth = 0L;
        for (var change : changes) {
            var before = states.get(change.key());
            var value = change.value();
            growth +=
                    (value == null ? 0 : size(change.key(), value)) - (before == null ? 0 : size(change.key(), before));
        }
        return growth;
    }

    private static int size(String key, byte[] value) {
        return STATE_OVERHEAD + key.length() * 2 + value.length;
    }

    /** Stores the changes; when it throws, none is. */
    void store(List<Change> changes) throws IOException {
        if (changes.isEmpty()) {
            return;
        }
        if (log != null) {
            try {
                log.append(changes);
            } catch (IOException failed) {
                unsure = true;
                throw failed;
            }
        }
        for (var change : changes) {
            var value = change.value();
            var before = value == null ? states.remove(change.key()) : states.put(change.key(), value);
            bytes +=
                    (value == null ? 0 : size(change.key(), value)) - (before == null ? 0 : size(change.key(), before));
        }
    }

    void compactIfWorthIt() throws IOException {
        if (log != null) {
            log.compactIfWorthIt(states, bytes);
        }
    }

    void close() throws IOException {
        if (log != null) {
            log.close();
        }
    }
}

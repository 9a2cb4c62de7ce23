package dev.sluice.trigger.topic;

import dev.sluice.broker.EventSource;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who of the triggers holds which partition back: it is paused as long as anyone does. The source is told the newest
 * state of a partition, by one caller at a time and outside the lock, since it may deliver at once when resumed.
 */
final class SharedPauses {
    private final EventSource source;
    private final AtomicInteger calls = new AtomicInteger();
    /** Per partition the members that pause it, without empty sets; guarded by this. */
    private final Map<Integer, BitSet> paused = new HashMap<>();
    /** Partitions whose state the source is to be told; guarded by this. */
    private final Set<Integer> changed = new LinkedHashSet<>();

    SharedPauses(EventSource source) {
        this.source = source;
    }

    /** Told to the source each time: it may have forgotten an earlier pause with the partition. */
    void pause(int partition, int member) {
        synchronized (this) {
            paused.computeIfAbsent(partition, any -> new BitSet()).set(member);
            changed.add(partition);
        }
        tellSource();
    }

    void resume(int partition, int member) {
        synchronized (this) {
            var holders = paused.get(partition);
            if (holders != null) {
                holders.clear(member);
                if (holders.isEmpty()) {
                    paused.remove(partition);
                }
            }
            changed.add(partition);
        }
        tellSource();
    }

    /**
     * The partition is gone, and with it every trigger's pause. The source is told, which else would keep the pause for
     * when the partition comes back; so is a resume that it was not told yet.
     */
    void forget(int partition) {
        synchronized (this) {
            if (paused.remove(partition) != null) {
                changed.add(partition);
            }
        }
        tellSource();
    }

    private void tellSource() {
        if (calls.getAndIncrement() != 0) {
            return;
        }
        var missed = 1;
        do {
            for (var change : takeChanges().entrySet()) {
                if (change.getValue()) {
                    source.pause(change.getKey());
                } else {
                    source.resume(change.getKey());
                }
            }
            missed = calls.addAndGet(-missed);
        } while (missed != 0);
    }

    private synchronized Map<Integer, Boolean> takeChanges() {
        var changes = new HashMap<Integer, Boolean>();
        for (var partition : changed) {
            changes.put(partition, paused.containsKey(partition));
        }
        changed.clear();
        return changes;
    }
}

package dev.sluice.trigger.topic;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records that are out, so that a trigger's cancel can give back its shares. As many as the triggers asked for. */
final class OpenRecords {
    private @Nullable SharedRecord newest;

    synchronized void add(SharedRecord delivered) {
        delivered.next = newest;
        if (newest != null) {
            newest.previous = delivered;
        }
        newest = delivered;
    }

    /** Called once per record. */
    synchronized void remove(SharedRecord settled) {
        var previous = settled.previous;
        var next = settled.next;
        if (previous == null) {
            newest = next;
        } else {
            previous.next = next;
        }
        if (next != null) {
            next.previous = previous;
        }
        settled.previous = null;
        settled.next = null;
    }

    /** Gives back one trigger's share of each. */
    void releaseAll(int trigger) {
        for (var each : snapshot()) {
            each.releaseOf(trigger);
        }
    }

    private synchronized List<SharedRecord> snapshot() {
        var records = new ArrayList<SharedRecord>();
        for (var each = newest; each != null; each = each.next) {
            records.add(each);
        }
        return records;
    }
}

package dev.sluice.load.soak;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A set of events, a bit each. */
final class EventSet {
    private final Map<Integer, BitSet> seqsByKey = new TreeMap<>();
    private long size;

    /** False when it was in already. */
    boolean add(SoakEvent event) {
        var seqs = seqsByKey.computeIfAbsent(event.key(), key -> new BitSet());
        if (seqs.get(event.seq())) {
            return false;
        }
        seqs.set(event.seq());
        size++;
        return true;
    }

    boolean contains(SoakEvent event) {
        var seqs = seqsByKey.get(event.key());
        return seqs != null && seqs.get(event.seq());
    }

    long size() {
        return size;
    }

    /** The first so many of those that the other set does not have. */
    List<SoakEvent> without(EventSet other, int max) {
        var missing = new ArrayList<SoakEvent>();
        seqsByKey.forEach((key, seqs) -> lacking(key, seqs, other).stream()
                .limit(Math.max(0, max - missing.size()))
                .forEach(seq -> missing.add(new SoakEvent(key, seq))));
        return missing;
    }

    /** How many the other set does not have. */
    long countWithout(EventSet other) {
        var count = 0L;
        for (var entry : seqsByKey.entrySet()) {
            count += lacking(entry.getKey(), entry.getValue(), other).cardinality();
        }
        return count;
    }

    private static BitSet lacking(int key, BitSet seqs, EventSet other) {
        var left = (BitSet) seqs.clone();
        var has = other.seqsByKey.get(key);
        if (has != null) {
            left.andNot(has);
        }
        return left;
    }
}

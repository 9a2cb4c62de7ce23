package dev.sluice.load.soak;

import java.util.HashMap;
import java.util.Map;

/**
 * How long partitions stood still: the time between two runs of one partition. Events of unknown partition count as
 * one.
 */
final class Pauses {
    private final Map<Integer, Integer> partitionByKey = new HashMap<>();
    private final Map<Integer, Long> lastByPartition = new HashMap<>();
    private long longestMillis;

    void stored(Publication publication) {
        partitionByKey.putIfAbsent(publication.event().key(), publication.partition());
    }

    void began(Run run) {
        var partition = partitionByKey.get(run.event().key());
        if (partition != null) {
            var last = lastByPartition.put(partition, run.atMillis());
            if (last != null) {
                longestMillis = Math.max(longestMillis, run.atMillis() - last);
            }
        }
    }

    long longestMillis() {
        return longestMillis;
    }
}

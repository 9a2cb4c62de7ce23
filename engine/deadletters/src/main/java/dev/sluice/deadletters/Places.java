package dev.sluice.deadletters;

import dev.sluice.broker.ReadRange;
import dev.sluice.broker.StoredEvent;
import dev.sluice.broker.TopicStatus;
import java.util.Optional;
import java.util.regex.Pattern;

/** Places of letters and events in words: {@code PARTITION:OFFSET}. */
final class Places {
    private static final Pattern PLACE = Pattern.compile("(\\d{1,9}):(\\d{1,18})");

    private Places() {}

    static String of(StoredEvent letter) {
        return letter.partition() + ":" + letter.offset();
    }

    /** Events of a range at most: it may have fewer, as when it ends at a time. */
    static long most(TopicStatus topic, ReadRange range) {
        return topic.partitions().stream()
                .filter(partition -> range.has(partition.partition()))
                .mapToLong(partition -> {
                    var from = range.from().getOrDefault(partition.partition(), partition.start());
                    var to = range.to().getOrDefault(partition.partition(), partition.end());
                    return Math.max(0, Math.min(to, partition.end()) - Math.max(from, partition.start()));
                })
                .sum();
    }

    /** What to read for the one letter at that place; empty when the text is no place. */
    static Optional<ReadRange> range(String text) {
        var place = PLACE.matcher(text);
        return place.matches()
                ? Optional.of(ReadRange.at(Integer.parseInt(place.group(1)), Long.parseLong(place.group(2))))
                : Optional.empty();
    }
}

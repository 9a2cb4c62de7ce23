package dev.sluice.server;

import dev.sluice.broker.ReadRange;
import dev.sluice.broker.Start;
import dev.sluice.server.manifest.Starts;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a comparison or a replay; fields that are not needed may be absent.
 *
 * @param function what is called, of a comparison
 * @param topic the topic that the events stand on, of a replay
 * @param from the first event: earliest, a time, or {@code PARTITION:OFFSET} for that partition alone
 * @param to before which it ends: latest, a time, or {@code PARTITION:OFFSET} for that partition alone
 * @param filter only events of which this CESQL expression is true
 * @param limit at most so many
 * @param rate at most so many a second
 * @param dryRun whether nothing is called or run
 */
record ReplayRequest(
        @Nullable String function,
        @Nullable String topic,
        @Nullable String from,
        @Nullable String to,
        @Nullable String filter,
        @Nullable Long limit,
        @Nullable Double rate,
        @Nullable Boolean dryRun) {
    private static final Pattern PLACE = Pattern.compile("(\\d{1,9}):(\\d{1,18})");
    private static final String FORM = ", a time such as 2026-01-31T06:00:00Z, or PARTITION:OFFSET";

    private record Place(int partition, long offset) {
        static @Nullable Place of(String text) {
            var place = PLACE.matcher(text);
            return place.matches() ? new Place(Integer.parseInt(place.group(1)), Long.parseLong(place.group(2))) : null;
        }
    }

    /** @throws IllegalArgumentException naming what is no place, or no range */
    ReadRange range() {
        var begin = from == null ? null : Place.of(from);
        var end = to == null ? null : Place.of(to);
        var range = begin == null
                ? ReadRange.from(start())
                : ReadRange.from(Map.of(begin.partition(), begin.offset())).only(Set.of(begin.partition()));
        if (end == null) {
            return until(range);
        }
        if (begin != null && (begin.partition() != end.partition() || begin.offset() >= end.offset())) {
            throw new IllegalArgumentException(
                    "to is '" + to + "', must be behind from, '" + from + "', on the same partition");
        }
        return range.only(Set.of(end.partition())).to(Map.of(end.partition(), end.offset()));
    }

    private Start start() {
        var text = String.valueOf(from);
        var start = Starts.parse(text).filter(parsed -> !parsed.equals(Start.LATEST));
        return start.orElseThrow(() -> new IllegalArgumentException("from is '" + text + "', must be earliest" + FORM));
    }

    private ReadRange until(ReadRange range) {
        var text = to;
        var end = text == null ? Start.LATEST : Starts.parse(text).orElse(Start.EARLIEST);
        if (end.equals(Start.EARLIEST)) {
            throw new IllegalArgumentException("to is '" + text + "', must be latest" + FORM);
        }
        if (!(end instanceof Start.At time)) {
            return range;
        }
        if (range.start() instanceof Start.At begin && !begin.time().isBefore(time.time())) {
            throw new IllegalArgumentException("to is '" + text + "', must be after from, '" + from + "'");
        }
        return range.until(time.time());
    }

    long limitOrAll() {
        return limit == null ? Long.MAX_VALUE : limit;
    }

    double perSecond() {
        return rate == null ? Double.POSITIVE_INFINITY : rate;
    }
}

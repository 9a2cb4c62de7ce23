package dev.sluice.cloudevents.kafka;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.WireEvent;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one {@link HeaderMemo} at a time: the headers that many records of late were alike. From any thread without a
 * lock: what is kept is immutable, and who sees an older one, or loses a count, only reads more slowly.
 */
final class LastHeaders {
    /** Records that may differ before what is kept gives way to the next one: kinds that take turns must not thrash it. */
    private static final int DIFFERING_MAX = 16;

    /** Values that differ in records of one kind: id, time, subject, a key, a trace. */
    private static final int CHANGES_MAX = 5;

    private @Nullable HeaderMemo kept;
    private int differing;

    /** The event, if the headers are much like those that are kept; else, and when it is not valid, null. */
    @Nullable
    WireEvent read(Header[] headers, byte @Nullable [] value, EventLimits limits) {
        HeaderMemo memo = kept;
        if (memo == null) {
            return null;
        }
        long changes = memo.changes(headers);
        if (changes < 0) {
            return null;
        }
        WireEvent event = memo.read(headers, changes, value, limits);
        if (event != null && Long.bitCount(changes) > CHANGES_MAX) {
            differed(headers, event);
        }
        return event;
    }

    /** An event in binary mode was not like what is kept. */
    void differed(Header[] headers, WireEvent event) {
        if (kept == null || ++differing >= DIFFERING_MAX) {
            differing = 0;
            HeaderMemo memo = HeaderMemo.of(headers, event);
            kept = memo == null ? kept : memo;
        }
    }
}

package dev.sluice.engine.scaling;

import dev.sluice.broker.Lag;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How fast the end of one trigger's topic moves on own partitions, and what share of its events passes the filter. The
 * end is learned every second or so; a rate is taken between two times at which it was seen to move, so that two moves
 * never fall into a window of one. A partition counts from the second time that its end is known: what came before
 * came at no known time.
 */
final class TopicWindow {
    private static final long SIX_SECONDS = 6_000_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    /** An end that has not moved for so long stands still. */
    private static final long REFRESH_NANOS = 1_100_000_000L;

    /** By so many ticks the end may be learned early or late. */
    private static final int TICKS_OFF = 2;

    private static final double SECONDS_MIN = 0.8;
    private static final double SHARE_MEMORY_SECONDS = 30;

    private final SampleRing ring = new SampleRing(MINUTE + 2 * SECOND, 1);
    private final Map<Integer, Long> ends = new HashMap<>();
    private double grown;
    private double received;
    private double passed;
    private long receivedTotal;
    private long passedTotal;
    private long nanos;
    private boolean seen;

    void add(long nowNanos, LoadSample.Topic topic) {
        learnShare(nowNanos, topic);
        for (var partition : topic.lag().partitions()) {
            if (partition.known()) {
                var before = ends.put(partition.partition(), partition.end());
                grown += before == null ? 0 : Math.max(0, partition.end() - before);
            } else {
                ends.remove(partition.partition());
            }
        }
        ends.keySet()
                .retainAll(topic.lag().partitions().stream()
                        .map(Lag.PartitionLag::partition)
                        .collect(Collectors.toSet()));
        ring.add(nowNanos, grown);
    }

    private void learnShare(long nowNanos, LoadSample.Topic topic) {
        if (seen) {
            var kept = Math.exp(-(nowNanos - nanos) / 1e9 / SHARE_MEMORY_SECONDS);
            received = received * kept + (topic.receivedTotal() - receivedTotal);
            passed = passed * kept + (topic.passedTotal() - passedTotal);
        }
        seen = true;
        nanos = nowNanos;
        receivedTotal = topic.receivedTotal();
        passedTotal = topic.passedTotal();
    }

    /** The share that passes, by the last half minute; one event in doubt counts as passing, so nothing is hidden. */
    double share() {
        return (passed + 1) / (received + 1);
    }

    /** Passing events per second over the last 6 s. */
    double perSecond6s() {
        return perSecond(SIX_SECONDS) * share();
    }

    /** Passing events per second over the last second. */
    double perSecond1s() {
        return perSecond(SECOND) * share();
    }

    /**
     * How long ago the end stood so many events before where it stands: the age of the oldest of them. Beyond a minute by
     * the minute's rate; -1 when nothing has come since.
     */
    double secondsBehind(long events) {
        if (events == 0) {
            return 0;
        }
        var oldest = ring.backTo(ring.time(0) - MINUTE);
        var seen = ring.growth(0, oldest);
        if (seen <= 0) {
            return -1;
        }
        if (seen < events) {
            return ring.seconds(oldest) * events / seen;
        }
        return ring.seconds(ring.backToValue(0, ring.value(0, 0) - events));
    }

    private double perSecond(long windowNanos) {
        var moved = lastMove();
        var base = moveNear(ring.backTo(ring.time(moved) - windowNanos), moved);
        var seconds = (ring.time(moved) - ring.time(base)) / 1e9;
        return (ring.value(0, moved) - ring.value(0, base)) / Math.max(SECONDS_MIN, seconds);
    }

    /** A sample at which the end was seen to move, not far from the one given; that one when there is none. */
    private int moveNear(int back, int after) {
        for (var off = 0; off <= TICKS_OFF; off++) {
            if (ring.moved(0, back + off)) {
                return back + off;
            }
            if (back - off > after && ring.moved(0, back - off)) {
                return back - off;
            }
        }
        return back;
    }

    /** The sample at which the end was last seen to move; the newest when it stands still. */
    private int lastMove() {
        var oldest = ring.backTo(ring.time(0) - REFRESH_NANOS);
        for (var back = 0; back < oldest; back++) {
            if (ring.moved(0, back)) {
                return back;
            }
        }
        return 0;
    }
}

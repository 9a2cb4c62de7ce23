package dev.sluice.engine.journal;

import io.cloudevents.CloudEvent;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the events of one trigger, or of one way in, of which every decision is kept. All, while no more than 50 come
 * in a second. Else a share, by a hash of the id of the event at whose beginning they stand: {@code order-7} and its
 * answers, whose ids begin with {@code order-7:}, are chosen together, on every trigger and node. And up to 50 a second
 * whose {@code traceparent} says that they are traced. Any thread, none of which waits for another: in a busy second no
 * more than some 100 events write to what is shared. What is not chosen costs some nanoseconds and no memory.
 */
public final class Sampling {
    /** Events of a second that are chosen without regard to their hash. */
    public static final int ALL_MAX = 50;

    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int HEAD_CHARS = 8;
    private static final int TAIL_CHARS = 16;
    private static final int DIGITS_MAX = 9;
    private static final int FLAGS_AT = 54;

    private final long threshold;
    private final boolean off;
    private final AtomicReference<@Nullable Second> second = new AtomicReference<>();

    /** What has come in a second; those beyond what is counted say no more than that there are many. */
    private static final class Second {
        final long start;
        /** Events that are chosen whatever they are: none once the second before had more. */
        final int allMax;

        final AtomicInteger seen = new AtomicInteger();
        final AtomicInteger forced = new AtomicInteger();

        Second(long start, int allMax) {
            this.start = start;
            this.allMax = allMax;
        }

        boolean isFirst() {
            return seen.get() <= ALL_MAX && seen.getAndIncrement() < allMax;
        }

        boolean isForced() {
            return forced.get() < ALL_MAX && forced.getAndIncrement() < ALL_MAX;
        }
    }

    /** @param rate the share, 0 to 1; 0 chooses nothing at all */
    public Sampling(double rate) {
        threshold = (long) (rate * (1L << 32));
        off = rate <= 0;
    }

    /**
     * Whether every decision on the event is to be kept.
     *
     * @param nowNanos about now, on a monotonic clock
     */
    public boolean takes(CloudEvent event, long nowNanos) {
        if (off) {
            return false;
        }
        var now = second.get();
        if (now == null || nowNanos - now.start >= WINDOW_NANOS) {
            now = roll(now, nowNanos);
        }
        return now.isFirst()
                || chosen(event.getId())
                || (now.forced.get() < ALL_MAX && forces(event) && now.isForced());
    }

    private Second roll(@Nullable Second before, long now) {
        // A gap of a second and more is a quiet second.
        var quiet = before == null || before.seen.get() <= ALL_MAX || now - before.start >= 2 * WINDOW_NANOS;
        var next = new Second(now, quiet ? ALL_MAX : 0);
        var found = second.compareAndExchange(before, next);
        return found == before || found == null ? next : found;
    }

    private static boolean forces(CloudEvent event) {
        // 00-<32 digits>-<16 digits>-01: the last bit of the flags.
        return event.getExtension("traceparent") instanceof String parent
                && parent.length() > FLAGS_AT
                && Character.digit(parent.charAt(FLAGS_AT), 16) % 2 == 1;
    }

    /** Whether an event of that id, and with it all that came of it, is in the share. */
    boolean chosen(String id) {
        return (hash(id, rootEnd(id)) & 0xFFFF_FFFFL) < threshold;
    }

    /**
     * Where the id ends of the event at whose beginning this one stands: an answer's id is its input's, the trigger's
     * name and a number, with colons between them.
     */
    static int rootEnd(String id) {
        var end = id.length();
        if (id.indexOf(':') < 0) {
            return end;
        }
        var least = id.startsWith("urn:") ? id.indexOf(':', 4) : 0;
        while (true) {
            var number = id.lastIndexOf(':', end - 1);
            var trigger = number <= 0 ? -1 : id.lastIndexOf(':', number - 1);
            if (trigger <= least || !isNumber(id, number + 1, end)) {
                return end;
            }
            end = trigger;
        }
    }

    private static boolean isNumber(String id, int from, int to) {
        for (var i = from; i < to; i++) {
            if (id.charAt(i) < '0' || id.charAt(i) > '9') {
                return false;
            }
        }
        return to > from && to - from <= DIGITS_MAX;
    }

    /** Of the first 8 and the last 16 characters, four at a time: only one step of these four waits for those before. */
    private static int hash(String id, int end) {
        var hash = end;
        if (end > HEAD_CHARS + TAIL_CHARS) {
            hash = hash(id, 0, HEAD_CHARS, hash);
            hash = hash(id, end - TAIL_CHARS, end, hash);
        } else {
            hash = hash(id, 0, end, hash);
        }
        // Spreads what follows one another, as counters do, evenly over all numbers.
        return hash * 0x9E3779B9;
    }

    private static int hash(String id, int from, int to, int before) {
        var hash = before;
        var i = from;
        for (; i + 3 < to; i += 4) {
            hash = 31 * 31 * 31 * 31 * hash
                    + 31 * 31 * 31 * id.charAt(i)
                    + 31 * 31 * id.charAt(i + 1)
                    + 31 * id.charAt(i + 2)
                    + id.charAt(i + 3);
        }
        for (; i < to; i++) {
            hash = 31 * hash + id.charAt(i);
        }
        return hash;
    }
}

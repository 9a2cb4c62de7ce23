package dev.sluice.engine;

import dev.sluice.engine.scaling.LoadSample;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a trigger's tries to its rate and to its concurrency. It drops nothing: tries wait in their lanes, and less is
 * asked of the source. On the home loop, but {@link #admit} and what is said of figures.
 */
final class Throttle {
    /** So far ahead a call's turn may be. */
    private static final long CALL_AHEAD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Fetched ahead at least: what the filter does not want needs no turn. */
    private static final int DEMAND_MIN = 16;

    private final @Nullable Rate rate;
    private final @Nullable Pace pace;
    private final IntSupplier concurrency;
    private final AtomicLong callsBooked;

    /** Time for which a try could not start because of the rate; read by anyone. */
    final Count rateNanos = new Count();
    /** The same, because of the concurrency. */
    final Count concurrencyNanos = new Count();

    private final Count begun = new Count();
    private int running;
    private volatile Hold hold = Hold.NONE;
    private long heldNanos;

    /** What a try waits for. */
    enum Hold {
        NONE,
        RATE,
        CONCURRENCY
    }

    /** @param slots what may run at once beside the trigger's own limit, as it is whenever asked for */
    Throttle(TriggerLimits limits, IntSupplier slots, long now) {
        rate = limits.rate();
        pace = rate == null ? null : new Pace(rate, now);
        concurrency = () -> Math.min(limits.concurrency(), slots.getAsInt());
        callsBooked = new AtomicLong(now);
    }

    /** Whether a try, for which an event is ready, has to wait; the time that it does is counted. */
    boolean holds(long now) {
        var before = hold;
        if (before != Hold.NONE) {
            (before == Hold.RATE ? rateNanos : concurrencyNanos).add(Math.max(0, now - heldNanos));
        }
        var next = judge(now);
        if (next != before) {
            hold = next;
        }
        heldNanos = now;
        return next != Hold.NONE;
    }

    /** No event is ready: nothing waits for its turn. */
    void idle() {
        hold = Hold.NONE;
    }

    /** What the last look found. */
    Hold hold() {
        return hold;
    }

    private Hold judge(long now) {
        if (running >= concurrency.getAsInt()) {
            return Hold.CONCURRENCY;
        }
        return pace != null && pace.available(now) == 0 ? Hold.RATE : Hold.NONE;
    }

    /** Whether a try could start, looked at only. */
    boolean open(long now) {
        return judge(now) == Hold.NONE;
    }

    /** When to look again, while the rate holds; half a burst at a time, so that no event costs a timer. */
    long dueNanos() {
        return pace == null ? Long.MAX_VALUE : pace.dueNanos((pace.burst() + 1) / 2);
    }

    /** A try of that many events has begun. */
    void begun(int events, long now) {
        running++;
        begun.add(events);
        if (pace != null) {
            pace.take(events, now);
        }
    }

    /** Its slot is free. */
    void ended() {
        running--;
    }

    /** What tries have begun with since the trigger was made. */
    long begunTotal() {
        return begun.get();
    }

    /** Events that may be fetched and wait for nothing but their turn. */
    int demandMax(int eventsPerTry) {
        var most = (long) Integer.MAX_VALUE;
        if (rate != null) {
            most = (long) Math.ceil(rate.perSecond()) + rate.burst();
        }
        var tries = concurrency.getAsInt();
        if (tries != TriggerLimits.UNLIMITED) {
            most = Math.min(most, 2L * tries * eventsPerTry);
        }
        return (int) Math.min(Integer.MAX_VALUE, Math.max(most, Math.max(DEMAND_MIN, eventsPerTry)));
    }

    /** What scaling has to know: work beyond this is not to be scaled for. */
    LoadSample.Limit limit(long now, int eventsPerTry) {
        var allowed = concurrency.getAsInt();
        var tries = Math.max(0L, allowed - running);
        var most = Math.min(Integer.MAX_VALUE, tries * eventsPerTry);
        return new LoadSample.Limit(rate == null ? Double.POSITIVE_INFINITY : rate.perSecond(), allowed, (int)
                (pace == null ? most : Math.min(most, pace.available(now))));
    }

    /**
     * Books a turn for a call, from any thread.
     *
     * @return 0, or in how many seconds there will be a turn when there is none within a second
     */
    int admit(long now) {
        if (rate == null) {
            return 0;
        }
        while (true) {
            var booked = callsBooked.get();
            var turn = booked - now > 0 ? booked : now;
            var ahead = turn - now - CALL_AHEAD_NANOS;
            if (ahead > 0) {
                return (int) Math.min(Integer.MAX_VALUE, 1 + ahead / TimeUnit.SECONDS.toNanos(1));
            }
            if (callsBooked.compareAndSet(booked, turn + rate.intervalNanos())) {
                return 0;
            }
        }
    }

    /** Why a call is refused. */
    String overRate() {
        return "takes " + rate + " calls, its rate";
    }

    /** What holds its ready events back, as a clause; empty when nothing does. From any thread. */
    String words() {
        return switch (hold) {
            case NONE -> "";
            case RATE -> "held to its rate of " + rate;
            case CONCURRENCY -> "held to its concurrency of " + concurrency.getAsInt();
        };
    }
}

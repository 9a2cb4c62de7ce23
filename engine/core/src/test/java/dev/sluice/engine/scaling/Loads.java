package dev.sluice.engine.scaling;

import dev.sluice.broker.Ordering;
import java.time.Duration;

/** Loads for tables: a function in steady work on two instances of ten slots, and what a case changes of it. */
final class Loads {
    static final ScaleLimits LIMITS =
            new ScaleLimits(0, 100, 10, Duration.ofSeconds(10), Duration.ofSeconds(60), 0, Duration.ofSeconds(30));

    private double atSeconds = 100;
    private int ready = 2;
    private int starting;
    private int startFailures;
    private int leased = 10;
    private double peak;
    private double seconds = 0.1;
    private boolean secondsKnown = true;
    private double leasedSeconds10s = 100;
    private double leasedSecondsTotal = 1_000;
    private long settledTotal = 10_000;
    private double asked60s;
    private double asked6s;
    private int slotsMax;
    private boolean slotsMaxFound;
    private double rate6s;
    private double rate1s;
    private double unfetched;
    private boolean known = true;
    private int runnable;
    private int calls;
    private Load.Blocked blocked = Load.Blocked.NONE;
    private int partitions = 100;
    private long lag;
    private Ordering ordering = Ordering.NONE;
    private double idleSeconds;
    private double cpu;

    static Loads load() {
        return new Loads();
    }

    Loads at(double second) {
        atSeconds = second;
        return this;
    }

    Loads instances(int ready) {
        this.ready = ready;
        return this;
    }

    Loads starting(int starting) {
        this.starting = starting;
        return this;
    }

    Loads startFailures(int failures) {
        startFailures = failures;
        return this;
    }

    Loads leased(int leased) {
        this.leased = leased;
        return this;
    }

    Loads peak(double slots) {
        peak = slots;
        return this;
    }

    Loads serviceSeconds(double seconds) {
        this.seconds = seconds;
        secondsKnown = true;
        return this;
    }

    /** Nothing settled in the last 10 s, though slots were leased for so long. */
    Loads nothingSettled(double leasedSeconds) {
        secondsKnown = false;
        leasedSeconds10s = leasedSeconds;
        return this;
    }

    Loads totals(double leasedSeconds, long settled) {
        leasedSecondsTotal = leasedSeconds;
        settledTotal = settled;
        return this;
    }

    Loads asked(double over60s, double over6s) {
        asked60s = over60s;
        asked6s = over6s;
        return this;
    }

    Loads slotsMax(int max) {
        slotsMax = max;
        return this;
    }

    /** Runs were seen to take longer with more. */
    Loads slotsMaxFound() {
        slotsMaxFound = true;
        return this;
    }

    Loads rate(double perSecond) {
        return rate(perSecond, perSecond);
    }

    Loads rate(double over6s, double over1s) {
        rate6s = over6s;
        rate1s = over1s;
        return this;
    }

    Loads unfetched(double events) {
        unfetched = events;
        return this;
    }

    Loads lagUnknown() {
        known = false;
        return this;
    }

    Loads runnable(int events) {
        runnable = events;
        return this;
    }

    /** So many wait behind so many keys. */
    Loads behind(int keys, int events) {
        return blocked(new Load.Blocked(events, events, keys));
    }

    Loads blocked(Load.Blocked what) {
        blocked = what;
        return this;
    }

    Loads waitingCalls(int waiting) {
        calls = waiting;
        return this;
    }

    Loads ordering(Ordering order, int partitionsWithWork) {
        ordering = order;
        partitions = partitionsWithWork;
        return this;
    }

    Loads lag(long events) {
        lag = events;
        return this;
    }

    Loads idle(double seconds) {
        idleSeconds = seconds;
        leased = 0;
        return this;
    }

    Loads cpu(double saturation) {
        cpu = saturation;
        return this;
    }

    Load make() {
        return new Load(
                (long) (atSeconds * 1e9),
                new Load.Instances(ready, starting, 0, startFailures),
                new Load.Slots(
                        leased,
                        peak,
                        secondsKnown ? seconds * 1_000 : leasedSeconds10s,
                        secondsKnown ? 1_000 : 0,
                        leasedSecondsTotal,
                        settledTotal,
                        asked60s,
                        asked6s,
                        slotsMax,
                        slotsMaxFound),
                new Load.Arrivals(rate6s, rate1s),
                new Load.Backlog(ordering, unfetched, known, lag, 0, runnable, calls, partitions, blocked),
                (long) (idleSeconds * 1e9),
                cpu);
    }
}

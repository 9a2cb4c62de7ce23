package dev.sluice.engine.scaling;

import dev.sluice.broker.Ordering;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Turns what an engine counts of one function into the windowed figures of a {@link Load}: the one place that knows how
 * long "recently" is. It is fed every 100 ms, and more often when something is urgent; it holds 60 s in some 50 KB, and
 * 20 KB for each topic.
 * One thread at a time; no clock.
 */
public final class LoadWindows {
    private static final long SECOND = 1_000_000_000L;
    private static final long BUSY_NANOS = 500_000_000L;
    private static final int LEASED_SECONDS = 0;
    private static final int SETTLED = 1;
    private static final int CALLS = 2;
    private static final int ASKED_SECONDS = 3;
    private static final int FIGURES = 4;

    /** Of a limited trigger's slots, the share that its arrivals may ask for: beyond, more slots would stand free. */
    private static final double SLOTS_SHARE = 0.98 * DemandRule.UTILISATION;

    private final double drainSeconds;
    private final SampleRing ring = new SampleRing(60 * SECOND, FIGURES);
    private final PeakWindow peak = new PeakWindow(60 * SECOND);
    private final Map<String, TopicWindow> topics = new HashMap<>();
    private double askedSeconds;
    private double askedBefore;
    private long nanosBefore;
    private long workedNanos;
    private long doneBefore;
    private boolean started;

    /** For a backlog that should be worked off within 10 s. */
    public LoadWindows() {
        this(Duration.ofSeconds(10));
    }

    /** @param drain in what time a backlog should be worked off */
    public LoadWindows(Duration drain) {
        drainSeconds = drain.toNanos() / 1e9;
    }

    /** Takes one more sample and says what the load is now. */
    public Load add(LoadSample sample) {
        var now = sample.nowNanos();
        feedTopics(sample);
        var backlog = backlog(sample);
        var asked = sample.leased() + (double) backlog.here();
        if (started) {
            askedSeconds += askedBefore * (now - nanosBefore) / 1e9;
        }
        askedBefore = asked;
        nanosBefore = now;
        var busyPeak = peak.add(now, busy(now, sample));
        ring.add(
                now,
                sample.leasedNanosTotal() / 1e9,
                (double) sample.settledTotal(),
                (double) sample.callsTotal(),
                askedSeconds);
        return new Load(
                now,
                sample.instances(),
                slots(sample, busyPeak),
                arrivals(sample),
                backlog,
                idle(sample, backlog),
                sample.cpu());
    }

    private void feedTopics(LoadSample sample) {
        for (var topic : sample.topics()) {
            topics.computeIfAbsent(topic.trigger(), name -> new TopicWindow()).add(sample.nowNanos(), topic);
        }
        if (topics.size() > sample.topics().size()) {
            topics.keySet()
                    .retainAll(sample.topics().stream()
                            .map(LoadSample.Topic::trigger)
                            .collect(Collectors.toSet()));
        }
    }

    /** Slots in use over the last half second, on average: a tick's chance doesn't make a peak, and a burst does. */
    private double busy(long now, LoadSample sample) {
        if (!started) {
            return sample.leased();
        }
        var back = ring.backTo(now - BUSY_NANOS);
        var seconds = (now - ring.time(back)) / 1e9;
        var leasedSeconds = sample.leasedNanosTotal() / 1e9 - ring.value(LEASED_SECONDS, back);
        return seconds <= 0 ? sample.leased() : leasedSeconds / Math.max(BUSY_NANOS / 1e9, seconds);
    }

    private Load.Slots slots(LoadSample sample, double busyPeak) {
        var now = sample.nowNanos();
        var ten = ring.backTo(now - 10 * SECOND);
        var minute = ring.backTo(now - 60 * SECOND);
        return new Load.Slots(
                sample.leased(),
                busyPeak,
                ring.growth(LEASED_SECONDS, ten),
                (long) ring.growth(SETTLED, ten),
                ring.value(LEASED_SECONDS, 0),
                sample.settledTotal(),
                mean(minute),
                mean(ring.backTo(now - 6 * SECOND)),
                sample.slotsMax(),
                sample.slotsMaxFound());
    }

    private double mean(int back) {
        var seconds = ring.seconds(back);
        return seconds <= 0 ? askedBefore : ring.growth(ASKED_SECONDS, back) / seconds;
    }

    private Load.Arrivals arrivals(LoadSample sample) {
        var now = sample.nowNanos();
        var six = ring.backTo(now - 6 * SECOND);
        var one = ring.backTo(now - SECOND);
        var perSecond6s = ring.growth(CALLS, six) / Math.max(1, ring.seconds(six));
        var perSecond1s = ring.growth(CALLS, one) / Math.max(1, ring.seconds(one));
        for (var topic : sample.topics()) {
            var window = topics.get(topic.trigger());
            if (window != null) {
                perSecond6s += within(topic, window, window.perSecond6s());
                perSecond1s += within(topic, window, window.perSecond1s());
            }
        }
        return new Load.Arrivals(perSecond6s, perSecond1s);
    }

    /**
     * What comes of a topic, for a trigger with limits of its own: no more than these let through, and what they hold
     * back comes as fast as they let it.
     */
    private double within(LoadSample.Topic topic, TopicWindow window, double perSecond) {
        var limit = topic.limit();
        if (limit.equals(LoadSample.Limit.NONE)) {
            return perSecond;
        }
        var seconds = eventSeconds();
        if (limit.slots() != Integer.MAX_VALUE && seconds <= 0) {
            return Math.min(limit.perSecond(), perSecond);
        }
        var most = Math.min(limit.perSecond(), SLOTS_SHARE * limit.slots() / seconds);
        return Math.min(most, perSecond + Math.max(0, topic.unfetched()) * window.share() / drainSeconds);
    }

    /** Slot-seconds that an event takes, by the last 10 s, or by all that is known; 0 when nothing is. */
    private double eventSeconds() {
        var ten = ring.backTo(ring.time(0) - 10 * SECOND);
        var settled = ring.growth(SETTLED, ten);
        if (settled > 0) {
            return ring.growth(LEASED_SECONDS, ten) / settled;
        }
        var ever = ring.value(SETTLED, 0);
        return ever > 0 ? ring.value(LEASED_SECONDS, 0) / ever : 0;
    }

    private Load.Backlog backlog(LoadSample sample) {
        var ordering = sample.callsTotal() > 0 ? Ordering.NONE : Ordering.PARTITION;
        var passing = 0.0;
        var held = 0L;
        var known = true;
        var lag = 0L;
        var lagSeconds = 0.0;
        var working = 0;
        for (var topic : sample.topics()) {
            var window = topics.get(topic.trigger());
            var waiting = window == null ? 0 : Math.max(0, topic.unfetched()) * window.share();
            var startable = Math.min(waiting, topic.limit().startable());
            passing += startable;
            held += Math.round(waiting - startable);
            known &= topic.known();
            ordering = looser(ordering, topic.ordering());
            var behind = 0L;
            for (var partition : topic.lag().partitions()) {
                behind += partition.known() ? partition.events() : 0;
                working += partition.known() && partition.events() == 0 ? 0 : 1;
            }
            lag += behind;
            var seconds = window == null ? -1 : window.secondsBehind(behind);
            lagSeconds = seconds < 0 || lagSeconds < 0 ? -1 : Math.max(lagSeconds, seconds);
        }
        return new Load.Backlog(
                sample.topics().isEmpty() ? Ordering.NONE : ordering,
                passing,
                known,
                lag,
                known ? lagSeconds : -1,
                sample.runnable(),
                sample.waitingCalls(),
                working,
                sample.blocked().andHeld(held));
    }

    private static Ordering looser(Ordering one, Ordering other) {
        if (one == Ordering.NONE || other == Ordering.NONE) {
            return Ordering.NONE;
        }
        return one == Ordering.KEY ? one : other;
    }

    private long idle(LoadSample sample, Load.Backlog backlog) {
        var done = sample.settledTotal() + sample.callsTotal();
        if (!started || sample.leased() > 0 || backlog.events() >= 1 || done != doneBefore) {
            workedNanos = sample.nowNanos();
        }
        started = true;
        doneBefore = done;
        return sample.nowNanos() - workedNanos;
    }
}

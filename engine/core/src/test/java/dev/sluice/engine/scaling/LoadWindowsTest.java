package dev.sluice.engine.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.broker.Lag;
import dev.sluice.broker.Ordering;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Windowed figures from counters, at the 100 ms that an engine feeds them and at odd times. */
class LoadWindowsTest {
    private static final double CLOSE = 1e-6;

    private final LoadWindows windows = new LoadWindows();
    private int leased;
    private long settled;
    private long calls;
    private int runnable;
    private double leasedSeconds;

    private LoadSample sample(double second, List<LoadSample.Topic> topics) {
        return new LoadSample(
                // The monotonic clock may start anywhere, and run over.
                Long.MAX_VALUE - 20_000_000_000L + Math.round(second * 1e9),
                new Load.Instances(2, 0, 0, 0),
                leased,
                Math.round(leasedSeconds * 1e9),
                settled,
                calls,
                runnable,
                0,
                new Load.Blocked(7, 6, 2),
                0,
                false,
                0,
                topics);
    }

    private static LoadSample.Topic topic(Ordering ordering, long unfetched, long received, long passed, long... ends) {
        var partitions = new java.util.ArrayList<Lag.PartitionLag>();
        for (var i = 0; i < ends.length; i++) {
            partitions.add(new Lag.PartitionLag(i, Math.min(10, Math.max(0, ends[i])), ends[i]));
        }
        return new LoadSample.Topic("t", ordering, new Lag("topic", "group", partitions), unfetched, received, passed);
    }

    private static LoadSample.Topic topic(long end) {
        return topic(Ordering.NONE, 0, 0, 0, end);
    }

    /** Feeds every 100 ms, both ends included, and says what came last. */
    private Load feed(int fromTenth, int toTenth, IntFunction<LoadSample> at) {
        var load = windows.add(at.apply(fromTenth));
        for (var tenth = fromTenth + 1; tenth <= toTenth; tenth++) {
            load = windows.add(at.apply(tenth));
        }
        return load;
    }

    @Test
    void countsLeasedSecondsAndSettledTriesOfTenSeconds() {
        leased = 3;
        var load = feed(0, 300, tenth -> {
            leasedSeconds = 0.3 * tenth;
            settled = 2L * tenth;
            return sample(tenth / 10.0, List.of());
        });

        assertThat(load.slots().leasedSeconds10s()).isCloseTo(30, within(CLOSE));
        assertThat(load.slots().settled10s()).isEqualTo(200);
        assertThat(load.slots().leasedSecondsTotal()).isCloseTo(90, within(CLOSE));
        assertThat(load.slots().settledTotal()).isEqualTo(600);
    }

    @Test
    void keepsThePeakOfAMinuteAsMeansOfHalfASecond() {
        leased = 1;
        var peaks = new double[1_300];
        feed(0, 1_200, tenth -> {
            // Ten slots for a second, from the tenth on.
            leasedSeconds += tenth > 100 && tenth <= 110 ? 1 : 0.1;
            return sample(tenth / 10.0, List.of());
        });
        for (var tenth = 1_201; tenth < 1_300; tenth++) {
            leasedSeconds += tenth == 1_210 ? 1 : 0.1;
            peaks[tenth] = windows.add(sample(tenth / 10.0, List.of())).slots().leasedPeak60s();
        }

        assertThat(peaks[1_201]).isCloseTo(1, within(CLOSE));
        // One tick of ten slots is 2.8 over half a second.
        assertThat(peaks[1_299]).isCloseTo(2.8, within(CLOSE));
    }

    @Test
    void holdsThePeakForAMinuteAndThenForgetsIt() {
        feed(0, 50, tenth -> {
            leasedSeconds += 1;
            return sample(tenth / 10.0, List.of());
        });
        var still = feed(51, 640, tenth -> sample(tenth / 10.0, List.of()));
        var gone = feed(641, 660, tenth -> sample(tenth / 10.0, List.of()));

        assertThat(still.slots().leasedPeak60s()).isGreaterThan(9);
        assertThat(gone.slots().leasedPeak60s()).isZero();
    }

    @Test
    void countsCallsOverSixSecondsAndOverOne() {
        var load = feed(0, 100, tenth -> {
            calls += tenth > 90 ? 20 : 10;
            return sample(tenth / 10.0, List.of());
        });

        assertThat(load.arrivals().perSecond6s()).isCloseTo((5 * 100 + 200) / 6.0, within(CLOSE));
        assertThat(load.arrivals().perSecond1s()).isCloseTo(200, within(CLOSE));
    }

    @Test
    void takesTheFirstTenthOfASecondForAWhole() {
        windows.add(sample(0, List.of()));
        calls = 5;

        assertThat(windows.add(sample(0.1, List.of())).arrivals().perSecond1s()).isCloseTo(5, within(CLOSE));
    }

    @Test
    void seesASteadyRateInAnEndThatIsLearnedOnceASecond() {
        for (var tenth = 0; tenth <= 200; tenth++) {
            // Learned at every full second, but now and then a tick early or late.
            var late = tenth % 30 == 10 ? 1 : 0;
            var end = 100L * ((tenth - late) / 10);
            var load = windows.add(sample(tenth / 10.0, List.of(topic(end))));
            if (tenth > 80) {
                assertThat(load.arrivals().perSecond6s()).isBetween(90.0, 110.0);
                assertThat(load.arrivals().perSecond1s()).isBetween(85.0, 115.0);
            }
        }
    }

    @Test
    void seesThatAnEndStandsStill() {
        feed(0, 100, tenth -> sample(tenth / 10.0, List.of(topic(10L * tenth))));
        var after = feed(101, 125, tenth -> sample(tenth / 10.0, List.of(topic(1_000))));

        assertThat(after.arrivals().perSecond1s()).isZero();
        assertThat(after.arrivals().perSecond6s()).isBetween(50.0, 70.0);
    }

    @Test
    void doesNotCountWhatStoodInTheLogBeforeOrWhileItsEndWasUnknown() {
        var first = windows.add(sample(0, List.of(topic(1_000_000))));
        var unknown = windows.add(sample(1, List.of(topic(-1))));
        var again = windows.add(sample(2, List.of(topic(2_000_000))));

        assertThat(first.arrivals().perSecond6s()).isZero();
        assertThat(unknown.arrivals().perSecond6s()).isZero();
        assertThat(again.arrivals().perSecond6s()).isZero();
    }

    @Test
    void tellsAnUnknownLagFromNone() {
        assertThat(windows.add(sample(0, List.of(topic(10)))).backlog().lagKnown())
                .isTrue();
        assertThat(windows.add(sample(1, List.of(topic(-1)))).backlog().lagKnown())
                .isFalse();
        assertThat(windows.add(sample(2, List.of(topic(Ordering.NONE, -1, 0, 0, 10))))
                        .backlog()
                        .lagKnown())
                .isFalse();
    }

    @Test
    void countsOfTheUnfetchedWhatWillPass() {
        windows.add(sample(0, List.of(topic(Ordering.NONE, 0, 0, 0, 10))));
        var load = windows.add(sample(0.1, List.of(topic(Ordering.NONE, 1_000, 99, 24, 10))));

        assertThat(load.backlog().unfetchedPassing()).isCloseTo(250, within(CLOSE));
    }

    @Test
    void hidesNothingBehindAFilterThatHasPassedNothingYet() {
        windows.add(sample(0, List.of(topic(Ordering.NONE, 0, 0, 0, 10))));
        var load = windows.add(sample(0.1, List.of(topic(Ordering.NONE, 1_000, 1, 0, 10))));

        assertThat(load.backlog().unfetchedPassing()).isCloseTo(500, within(CLOSE));
    }

    @Test
    void takesTheLoosestOrder() {
        var byPartition = new LoadSample.Topic(
                "p", Ordering.PARTITION, new Lag("p", "g", List.of(new Lag.PartitionLag(0, 1, 3))), 0, 0, 0);

        var alone = new LoadWindows().add(sample(0, List.of(byPartition))).backlog();
        var withKey = new LoadWindows()
                .add(sample(0, List.of(byPartition, topic(Ordering.KEY, 0, 0, 0, 10, 12))))
                .backlog();
        calls = 1;
        var withCalls = new LoadWindows().add(sample(0, List.of(byPartition))).backlog();

        assertThat(alone.ordering()).isEqualTo(Ordering.PARTITION);
        assertThat(withKey.ordering()).isEqualTo(Ordering.KEY);
        assertThat(withKey.partitionsWithWork()).isEqualTo(2);
        assertThat(withKey.lagEvents()).isEqualTo(4);
        assertThat(withCalls.ordering()).isEqualTo(Ordering.NONE);
    }

    @Test
    void tellsWhatIsBlockedAndCountsItNowhereElse() {
        var backlog = windows.add(sample(0, List.of())).backlog();

        assertThat(backlog.blocked()).isEqualTo(new Load.Blocked(7, 6, 2));
        assertThat(backlog.events()).isZero();
    }

    @Test
    void isIdleOnlyWithoutAnyWork() {
        runnable = 1;
        feed(0, 100, tenth -> sample(tenth / 10.0, List.of()));
        runnable = 0;
        var idle = feed(101, 200, tenth -> sample(tenth / 10.0, List.of()));
        settled = 1;
        var worked = windows.add(sample(20.1, List.of()));

        assertThat(idle.idleNanos()).isEqualTo(10_000_000_000L);
        assertThat(worked.idleNanos()).isZero();
    }

    @Test
    void averagesWhatIsAskedForOverTheTimeThatItWas() {
        leased = 4;
        runnable = 6;
        feed(0, 600, tenth -> sample(tenth / 10.0, List.of()));
        runnable = 16;
        var load = feed(601, 630, tenth -> sample(tenth / 10.0, List.of()));

        assertThat(load.slots().askedMean60s()).isCloseTo(10 + 10 * 2.9 / 60, within(CLOSE));
        assertThat(load.slots().askedMean6s()).isCloseTo(10 + 10 * 2.9 / 6, within(CLOSE));
    }

    @Test
    void losesNothingOfAMinuteToExtraTicks() {
        leased = 1;
        var load = feed(0, 60_000, milli -> {
            settled = milli;
            return sample(milli / 1_000.0, List.of());
        });

        assertThat(load.slots().settled10s()).isBetween(9_950L, 10_050L);
        assertThat(load.slots().askedMean60s()).isCloseTo(1, within(CLOSE));
    }
}

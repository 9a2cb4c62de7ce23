package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cap on slots against something that takes only so many at a time, in virtual time and with seeded chance. */
class AdaptiveSlotsTest {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final double RUN_SECONDS = 0.05;

    private final Random random = new Random(11);
    private final AdaptiveSlots slots = new AdaptiveSlots(1_000);
    private long now;
    private double runs;
    private double runNanos;

    /** A tick with so many slots in use: up to {@code knee} at once run freely, beyond they share what there is. */
    private void tick(int knee, int offered) {
        now += TICK_NANOS;
        var used = Math.min(offered, slots.cap());
        var seconds = RUN_SECONDS * Math.max(1, used / (double) knee);
        var ended = used / seconds * TICK_NANOS / 1e9;
        // The mean of so many runs whose spread is their mean.
        var noise = 1 + random.nextGaussian() / Math.sqrt(Math.max(1, ended));
        runs += ended;
        runNanos += ended * seconds * 1e9 * Math.max(0.2, noise);
        slots.observe(now, used, (long) runs, (long) runNanos);
    }

    private void play(double seconds, int knee, int offered) {
        for (var i = 0; i < seconds * 10; i++) {
            tick(knee, offered);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 100, 400})
    void staysNearWhatTheBottleneckTakes(int knee) {
        play(120, knee, 1_000);

        var sum = 0.0;
        for (var i = 0; i < 600; i++) {
            tick(knee, 1_000);
            sum += slots.cap();
        }
        assertThat(sum / 600).isBetween(0.9 * knee, 2.2 * knee);
    }

    @Test
    void givesAllSlotsWhenRunsTakeNoLonger() {
        play(60, 5_000, 1_000);

        assertThat(slots.cap()).isEqualTo(1_000);
    }

    @Test
    void comesDownWhenTheBottleneckNarrowsAndUpWhenItWidens() {
        play(120, 200, 1_000);
        play(180, 40, 1_000);
        assertThat(slots.cap()).isBetween(20, 100);

        play(240, 300, 1_000);
        assertThat(slots.cap()).isBetween(150, 700);
    }

    @Test
    void doesNotMoveWhileFewerSlotsAreUsedThanItAllows() {
        play(30, 100, 5);

        assertThat(slots.cap()).isEqualTo(AdaptiveSlots.START);
    }

    @Test
    void hasFoundItsCapOnceRunsTakeLongerAndNotBefore() {
        play(3, 5_000, 1_000);
        assertThat(slots.cap()).isGreaterThan(AdaptiveSlots.START);
        assertThat(slots.found()).isFalse();

        play(60, 40, 1_000);
        assertThat(slots.found()).isTrue();
    }

    @Test
    void keepsAtLeastTwoSlotsAndNeverMoreThanThereAre() {
        play(300, 1, 1_000);
        assertThat(slots.cap()).isBetween(2, 10);

        assertThat(new AdaptiveSlots(1).cap()).isEqualTo(1);
    }

    @Test
    void staysAsItIsWhileNothingEnds() {
        for (var i = 0; i < 600; i++) {
            now += TICK_NANOS;
            slots.observe(now, 16, 0, 0);
        }

        assertThat(slots.cap()).isEqualTo(AdaptiveSlots.START);
    }
}

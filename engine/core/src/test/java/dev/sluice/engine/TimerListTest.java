package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Timers come out in the order of their times, whatever was added, moved and removed before. */
class TimerListTest {
    private static final class Timer extends TimerList.Node<Timer> {}

    @Property(tries = 500)
    void givesOutWhatIsDueInTheOrderOfItsTime(
            @ForAll @Size(max = 80) List<@IntRange(min = -40, max = 1_000) Integer> steps) {
        var list = new TimerList<Timer>();
        List<Timer> listed = new ArrayList<>();
        // Near the overflow, since System.nanoTime may start anywhere.
        var base = Long.MAX_VALUE - 500;
        for (var step : steps) {
            if (step >= 0) {
                var timer = new Timer();
                list.add(timer, base + step);
                listed.add(timer);
            } else if (!listed.isEmpty() && step % 2 == 0) {
                var timer = listed.remove(-step % listed.size());
                list.remove(timer);
                list.remove(timer);
            } else if (!listed.isEmpty()) {
                list.add(listed.get(-step % listed.size()), base - step);
            }
            assertThat(list.isEmpty()).isEqualTo(listed.isEmpty());
        }
        listed.sort(Comparator.comparingLong(timer -> timer.dueNanos() - base));
        for (var expected : listed) {
            assertThat(list.firstDue()).isEqualTo(expected.dueNanos());
            assertThat(list.pollDue(expected.dueNanos() - 1)).isNull();
            var polled = list.pollDue(expected.dueNanos());
            assertThat(polled).isNotNull();
            assertThat(polled.dueNanos()).isEqualTo(expected.dueNanos());
        }
        assertThat(list.isEmpty()).isTrue();
        assertThat(list.pollDue(Long.MIN_VALUE / 2)).isNull();
    }
}

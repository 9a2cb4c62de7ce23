package dev.sluice.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class OffsetWindowTest {
    /** Whatever is lent, given back and done in whatever order: the window is what three sets of offsets say. */
    @Property(tries = 100)
    void agreesWithThreeSetsOfOffsets(
            @ForAll long seed,
            @ForAll @LongRange(min = 0, max = 1L << 40) long start,
            @ForAll @IntRange(min = 1) int end) {
        var random = new Random(seed);
        var last = start + end % 3_000;
        var window = new OffsetWindow(start);
        var open = new TreeSet<Long>();
        var lent = new TreeSet<Long>();
        for (var offset = start; offset < last; offset++) {
            open.add(offset);
        }
        for (var step = 0; step < 3_000; step++) {
            var what = random.nextInt(100);
            if (what < 45) {
                var free =
                        open.stream().filter(offset -> !lent.contains(offset)).findFirst();
                assertThat(window.lend(last)).isEqualTo(free.orElse(-1L));
                free.ifPresent(lent::add);
            } else if (what == 99 && step % 7 == 0) {
                assertThat(window.giveBackAll()).isEqualTo(lent.size());
                lent.clear();
            } else if (!lent.isEmpty()) {
                var offset = anyOf(lent, random);
                lent.remove(offset);
                if (what < 90) {
                    open.remove(offset);
                    window.done(offset);
                } else {
                    window.giveBack(offset);
                }
            }
            assertThat(window.lent()).isEqualTo(lent.size());
            if (!open.isEmpty()) {
                assertThat(window.position()).isEqualTo(open.first());
            }
        }
    }

    private static long anyOf(TreeSet<Long> offsets, Random random) {
        var pivot = offsets.first() + random.nextInt((int) (offsets.last() - offsets.first()) + 1);
        var found = offsets.ceiling(pivot);
        return found == null ? offsets.first() : found;
    }

    @Test
    void refusesToSettleWhatIsNotLent() {
        var window = new OffsetWindow(5);
        window.lend(7);

        assertThatIllegalArgumentException().isThrownBy(() -> window.done(6)).withMessage("offset 6 is not lent");
        assertThatIllegalArgumentException().isThrownBy(() -> window.giveBack(4));
        window.done(5);
        assertThatIllegalArgumentException().isThrownBy(() -> window.done(5));
    }
}

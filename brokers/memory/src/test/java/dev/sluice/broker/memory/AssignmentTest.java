package dev.sluice.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AssignmentTest {
    private static int[] shares(int[] owners, int members) {
        var shares = new int[members];
        Arrays.stream(owners).filter(owner -> owner >= 0).forEach(owner -> shares[owner]++);
        return shares;
    }

    @Property(tries = 1_000)
    void sharesEvenlyAndMovesNoMoreThanThatTakes(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 64) int partitions,
            @ForAll @IntRange(min = 1, max = 12) int members) {
        var before = new Random(seed).ints(partitions, -1, members).toArray();

        var after = Assignment.balance(before, members);

        var shares = shares(after, members);
        assertThat(after).doesNotContain(-1);
        assertThat(Arrays.stream(shares).max().orElseThrow()
                        - Arrays.stream(shares).min().orElseThrow())
                .isLessThanOrEqualTo(1);
        var lost = new int[members];
        for (var p = 0; p < partitions; p++) {
            if (before[p] >= 0 && before[p] != after[p]) {
                lost[before[p]]++;
            }
        }
        var had = shares(before, members);
        for (var m = 0; m < members; m++) {
            assertThat(lost[m]).isLessThanOrEqualTo(Math.max(0, had[m] - partitions / members));
        }
    }

    @Test
    void leavesAllFreeWithoutMembers() {
        assertThat(Assignment.balance(new int[] {-1, -1}, 0)).containsExactly(-1, -1);
    }

    @Test
    void givesANewMemberItsPart() {
        assertThat(Assignment.balance(new int[] {0, 0, 0, 0}, 2)).containsExactly(0, 0, 1, 1);
    }
}

package dev.sluice.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class JournalTest {
    private static final int ENTRIES = 1_024;
    private static final long BYTES = 64 << 10;

    private final Journal journal = new Journal(new JournalOptions(ENTRIES, BYTES, 1));

    @Property(tries = 200)
    void keepsTheNewestWithinItsLimits(@ForAll @Size(min = 1, max = 2_000) List<@IntRange(max = 1_400) Integer> texts) {
        var bounded = new Journal(new JournalOptions(ENTRIES, BYTES, 1));
        for (var i = 0; i < texts.size(); i++) {
            bounded.add(entry(bounded.nextSequence(), "e" + i, "x".repeat(texts.get(i))), i % 3 == 0);
            assertThat(bounded.bytes()).isLessThanOrEqualTo(BYTES);
        }
        var kept = bounded.find(entry -> true);

        assertThat(kept).hasSizeLessThanOrEqualTo(ENTRIES);
        assertThat(kept.size() + bounded.evicted()).isEqualTo(texts.size());
        assertThat(kept.stream().mapToLong(JournalEntry::bytes).sum()).isEqualTo(bounded.bytes());
        assertThat(kept).extracting(JournalEntry::sequence).isSorted();
        // Of each kind, what is kept is the end of what was added.
        for (var failures : List.of(true, false)) {
            var numbers = kept.stream()
                    .map(JournalEntry::sequence)
                    .filter(n -> (n % 3 == 0) == failures)
                    .toList();
            var expected = new ArrayList<Long>();
            for (var n = texts.size() - 1L; expected.size() < numbers.size(); n--) {
                if ((n % 3 == 0) == failures) {
                    expected.add(0, n);
                }
            }
            assertThat(numbers).isEqualTo(expected);
        }
    }

    @Test
    void countsWhatManyWritersHoldExactly() throws InterruptedException {
        var writers = 4;
        var perWriter = 5_000;
        var ended = new CountDownLatch(writers);
        for (var w = 0; w < writers; w++) {
            var failure = w % 2 == 0;
            new Thread(() -> {
                        for (var i = 0; i < perWriter; i++) {
                            journal.add(entry(journal.nextSequence(), "e" + i, "x".repeat(i % 300)), failure);
                        }
                        ended.countDown();
                    })
                    .start();
        }
        while (!ended.await(1, TimeUnit.MILLISECONDS)) {
            // Readers look on meanwhile, and see nothing torn.
            assertThat(journal.find(entry -> true))
                    .allSatisfy(entry -> assertThat(entry.event()).startsWith("e"));
        }
        var kept = journal.find(entry -> true);

        assertThat(journal.bytes()).isLessThanOrEqualTo(BYTES);
        assertThat(kept.stream().mapToLong(JournalEntry::bytes).sum()).isEqualTo(journal.bytes());
        assertThat(kept.size() + journal.evicted()).isEqualTo((long) writers * perWriter);
    }

    @Test
    void keepsFailuresThroughAnyNumberOfSuccesses() {
        journal.add(entry(journal.nextSequence(), "failed", "no"), true);
        for (var i = 0; i < 10_000; i++) {
            journal.add(entry(journal.nextSequence(), "e" + i, ""), false);
        }

        assertThat(journal.find(entry -> entry.isOf("failed"))).hasSize(1);
    }

    @Test
    void cutsTextsAndComparesIdsAsFarAsTheyAreKept() {
        var id = "i".repeat(5_000);
        journal.add(entry(journal.nextSequence(), id, "t".repeat(100_000)), false);

        assertThat(journal.find(entry -> entry.isOf(id))).hasSize(1);
        assertThat(journal.bytes()).isLessThan(8 << 10);
    }

    @Test
    void refusesLimitsThatHoldNothing() {
        assertThatThrownBy(() -> new JournalOptions(1, BYTES, 0)).hasMessageContaining("entries is 1");
        assertThatThrownBy(() -> new JournalOptions(ENTRIES, 1, 0)).hasMessageContaining("size is 1");
        assertThatThrownBy(() -> new JournalOptions(ENTRIES, BYTES, 1.5)).hasMessageContaining("rate is 1.5");
        assertThatThrownBy(() -> new JournalOptions(ENTRIES, BYTES, Double.NaN)).hasMessageContaining("rate is NaN");
    }

    private static JournalEntry entry(long sequence, String event, String text) {
        return new JournalEntry(
                sequence, 0, Stage.RECEIVED, event, "/s", "fn", "tr", "topic", 0, sequence, 0, 0, 0, 0, "", text);
    }
}

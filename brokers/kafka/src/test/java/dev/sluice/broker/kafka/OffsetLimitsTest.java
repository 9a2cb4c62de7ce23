package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What a partition may hold open, so that what is done beyond its position can always be committed. */
class OffsetLimitsTest {
    private static final int OPEN_MAX = 1_000;
    private static final int POLL = 500;

    private OffsetTracker tracker = new OffsetTracker(0, null, 1, OPEN_MAX);
    private final List<OpenOffset> open = new ArrayList<>();

    private OpenOffset deliver(long offset) {
        var record = new OpenOffset(offset);
        tracker.delivered(record);
        open.add(record);
        return record;
    }

    /** The runs that are done beyond the position, of which none may be left out. */
    private void assertAllIsCommitted() {
        var snapshot = tracker.snapshot(false);
        assertThat(snapshot.encode().length()).isLessThanOrEqualTo(CommitMetadata.CHARS_MAX);
        var run = 0;
        var end = -1L;
        for (var record = tracker.lowest(); record != null; record = tracker.after(record)) {
            if (end >= 0 && record.offset() > end) {
                assertThat(snapshot.runStart(run)).isEqualTo(end);
                assertThat(snapshot.runEnd(run++)).isEqualTo(record.offset());
            }
            end = record.offset() + 1;
        }
        if (end >= 0 && tracker.next() > end) {
            assertThat(snapshot.runEnd(run++)).isEqualTo(tracker.next());
        }
        assertThat(snapshot.runs()).isEqualTo(run);
    }

    /** Whatever is done first, however the records are spread: as long as polls wait for room nothing is left out. */
    @Property(tries = 30)
    void everythingFitsWhenPollsWaitForRoom(
            @ForAll long seed, @ForAll @IntRange(max = 12) int spread, @ForAll @IntRange(max = 100) int keptOpen) {
        tracker = new OffsetTracker(0, null, 1, OPEN_MAX);
        open.clear();
        var random = new Random(seed);
        var stuck = 0;
        while (stuck < 20) {
            if (tracker.hasRoom(POLL)) {
                for (var i = 0; i < POLL; i++) {
                    deliver(tracker.next() + random.nextInt(1 << random.nextInt(spread + 1)));
                }
                stuck = 0;
            } else {
                stuck++;
            }
            assertAllIsCommitted();
            Collections.shuffle(open.subList(Math.min(open.size(), keptOpen), open.size()), random);
            var settled = open.subList(
                    Math.max(open.size() - random.nextInt(POLL), Math.min(open.size(), keptOpen)), open.size());
            settled.forEach(tracker::done);
            settled.clear();
            assertAllIsCommitted();
            if (tracker.next() > 150_000) {
                return;
            }
        }
    }

    @Property(tries = 300)
    void runsNeverTakeMoreThanTheWorstCaseSays(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 3_000) int openCount,
            @ForAll @IntRange(max = 16) int spread) {
        var random = new Random(seed);
        var longestOpen = 1 + random.nextInt(4);
        var runs = new ArrayList<Long>();
        var left = openCount;
        var end = 0L;
        while (left > 0) {
            var opened = Math.min(left, 1 + random.nextInt(longestOpen));
            left -= opened;
            runs.add(end + opened);
            end += opened + 1 + random.nextInt(1 << random.nextInt(spread + 1));
            runs.add(end);
        }
        var pairs = runs.stream().mapToLong(Long::longValue).toArray();
        var out = new BitWriter();
        RunCode.write(out, 0, pairs);
        var header = 6 + 16 + 6 + 8;
        assertThat(out.toByteArray().length * 8L).isLessThanOrEqualTo(RunCode.bitsMax(openCount, end, 0) + header);
    }

    @Test
    void everySecondOffsetOpenFits() {
        for (var offset = 0; offset < 3_000; offset++) {
            deliver(offset);
        }
        for (var i = 1; i < open.size(); i += 2) {
            tracker.done(open.get(i));
        }
        assertAllIsCommitted();
    }

    @Test
    void costsNothingWhenACompactionTookABillionRecordsBetweenTwo() {
        var first = deliver(5);
        for (var i = 1; i <= 100; i++) {
            deliver(5 + i * 1_000_000_000L);
        }
        assertThat(tracker.hasRoom(POLL)).isTrue();
        assertAllIsCommitted();
        tracker.done(open.get(50));
        assertAllIsCommitted();
        var snapshot = tracker.snapshot(false);
        assertThat(snapshot.encode().length())
                .as("text of 100 gaps of a billion")
                .isLessThan(2_000);

        var next = new OffsetTracker(snapshot.position(), snapshot, 1, OPEN_MAX);
        assertThat(next.isDone(5 + 7)).isTrue();
        assertThat(next.isDone(5 + 50_000_000_000L)).isTrue();
        assertThat(next.isDone(5 + 51_000_000_000L)).isFalse();
        tracker.done(first);
        assertThat(tracker.position()).isEqualTo(1_000_000_005L);
    }

    @Test
    void hasRoomAgainWithoutEverStallingWhenGapsAreHuge() {
        var offset = 0L;
        for (var round = 0; round < 1_000; round++) {
            var polled = 0;
            while (tracker.hasRoom(POLL) && polled < 5_000) {
                offset += 1_000_000_000L;
                deliver(offset);
                polled++;
            }
            assertThat(polled).as("round %s", round).isPositive();
            assertThat(tracker.snapshot(false).encode().length()).isLessThanOrEqualTo(CommitMetadata.CHARS_MAX);
            open.forEach(tracker::done);
            open.clear();
        }
    }

    /**
     * A poll may bring what nobody could foresee; then the highest runs are left out, and come again after a restart.
     */
    @Test
    void repeatsRatherThanSkipsWhenAPollBringsMoreThanFits() {
        for (var i = 0; i < 1_500; i++) {
            deliver(i * 1_000_000_000L);
        }
        var snapshot = tracker.snapshot(false);

        assertThat(snapshot.encode().length()).isBetween(3_700, CommitMetadata.CHARS_MAX);
        var next = new OffsetTracker(snapshot.position(), snapshot, 1, OPEN_MAX);
        assertThat(open).noneMatch(record -> next.isDone(record.offset()));
        assertThat(next.isDone(500_000_000L)).isTrue();
        assertThat(next.isDone(1_498_500_000_000L)).isFalse();
    }
}

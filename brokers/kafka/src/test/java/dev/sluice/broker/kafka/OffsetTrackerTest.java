package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a partition's reader stands, and what it leaves to the next one. */
class OffsetTrackerTest {
    private static final long TRIGGERS = 77;

    private OffsetTracker tracker = new OffsetTracker(100, null, TRIGGERS, 1_000);
    private final List<OpenOffset> records = new ArrayList<>();

    private OpenOffset deliver(long offset) {
        var record = new OpenOffset(offset);
        tracker.delivered(record);
        records.add(record);
        return record;
    }

    private void deliver(long from, long to) {
        for (var offset = from; offset < to; offset++) {
            deliver(offset);
        }
    }

    private void done(long... offsets) {
        for (var offset : offsets) {
            for (var record : records) {
                if (record.offset() == offset) {
                    tracker.done(record);
                }
            }
        }
    }

    /** What the next reader gets, by way of the text that is committed. */
    private OffsetTracker restart() {
        var snapshot = tracker.snapshot(false);
        var decoded = (CommitMetadata.Usable) CommitMetadata.decode(snapshot.encode(), snapshot.position());
        assertThat(decoded.metadata()).isEqualTo(snapshot);
        tracker = new OffsetTracker(snapshot.position(), decoded.metadata(), TRIGGERS, 1_000);
        records.clear();
        return tracker;
    }

    @Test
    void expectsTheFirstPositionWhenNothingIsOpen() {
        assertThat(tracker.position()).isEqualTo(100);
        assertThat(tracker.open()).isZero();
        assertThat(tracker.lowest()).isNull();
    }

    @Test
    void keepsThePositionAtTheLowestOpenOffset() {
        deliver(100, 105);
        done(100, 102, 103);
        assertThat(tracker.position()).isEqualTo(101);
        assertThat(tracker.open()).isEqualTo(2);
        done(101);
        assertThat(tracker.position()).isEqualTo(104);
        done(104);
        assertThat(tracker.position()).isEqualTo(105);
    }

    @Test
    void countsARecordThatIsDoneTwiceOnce() {
        var record = deliver(100);
        deliver(101);
        assertThat(tracker.done(record)).isTrue();
        assertThat(tracker.done(record)).isFalse();
        assertThat(tracker.open()).isEqualTo(1);
    }

    @Test
    void countsOffsetsWithoutRecordsAsDone() {
        deliver(105);
        deliver(1_000_000_105L);
        assertThat(tracker.position()).isEqualTo(105);
        assertThat(tracker.span()).as("a long gap is no span").isEqualTo(2);
        done(105);
        assertThat(tracker.position()).isEqualTo(1_000_000_105L);
        done(1_000_000_105L);
        tracker.passed(2_000_000_000L);
        assertThat(tracker.position()).isEqualTo(2_000_000_000L);
    }

    @Test
    void tellsTheNextReaderWhatIsDoneBeyondThePosition() {
        deliver(100, 110);
        done(102, 103, 107);
        restart();
        assertThat(tracker.position()).isEqualTo(100);
        assertThat(List.of(100L, 101L, 102L, 103L, 104L, 107L, 108L))
                .filteredOn(tracker::isDone)
                .containsExactly(102L, 103L, 107L);
    }

    @Test
    void keepsRestoredRunsThatItHasNotReachedYet() {
        deliver(100, 110);
        done(102, 103, 107);
        restart();
        deliver(100);
        done(100);
        restart();
        assertThat(tracker.position()).isEqualTo(101);
        assertThat(tracker.isDone(102)).isTrue();
        assertThat(tracker.isDone(106)).isFalse();
        assertThat(tracker.isDone(107)).isTrue();
        deliver(101);
        done(101);
        assertThat(tracker.position()).as("past the run that follows").isEqualTo(104);
    }

    @Test
    void tellsTheNextReaderTheTriesOfTheLowestOpenRecords() {
        deliver(100, 140);
        records.forEach(record -> tracker.tries(record, (int) (record.offset() - 98)));
        done(101);
        restart();
        deliver(100);
        deliver(102);
        assertThat(records).extracting(OpenOffset::tries).containsExactly(2, 4);
        for (var offset = 103; offset < 140; offset++) {
            deliver(offset);
        }
        assertThat(records).filteredOn(record -> record.tries() > 0).hasSize(16);
    }

    @Test
    void keepsRestoredTriesOfRecordsThatItHasNotReachedYet() {
        deliver(100, 104);
        tracker.tries(records.get(2), 3);
        restart();
        deliver(100);
        restart();
        deliver(100, 104);
        assertThat(records).extracting(OpenOffset::tries).containsExactly(0, 0, 3, 0);
    }

    @Test
    void hasNoRoomWhenAsManyAreOpenAsMayBe() {
        deliver(100, 1_099);
        assertThat(tracker.hasRoom(500)).isTrue();
        deliver(1_099);
        assertThat(tracker.hasRoom(500)).isFalse();
        done(500);
        assertThat(tracker.hasRoom(500)).isTrue();
    }

    @Test
    void hasNoRoomWhenTheLowestOpenOffsetIsAMillionBehind() {
        deliver(100);
        for (var offset = 101; offset < 100 + OffsetTracker.SPAN_MAX; offset += 1_000) {
            done(deliver(offset).offset());
        }
        tracker.passed(100 + OffsetTracker.SPAN_MAX - 1);
        assertThat(tracker.hasRoom(500)).isTrue();
        tracker.passed(100 + OffsetTracker.SPAN_MAX);
        assertThat(tracker.hasRoom(500)).isFalse();
        done(100);
        assertThat(tracker.hasRoom(500)).isTrue();
    }

    @Test
    void hasRoomForAnyPollWhenNothingIsOpen() {
        assertThat(tracker.hasRoom(1_000_000)).isTrue();
    }

    @Test
    void expectsAgainWhatItForgets() {
        deliver(100, 110);
        done(101);
        tracker.forgetFrom(records.get(5));
        assertThat(tracker.next()).isEqualTo(105);
        assertThat(tracker.open()).isEqualTo(4);
        done(107);
        assertThat(tracker.open()).as("a forgotten record counts no more").isEqualTo(4);
        deliver(105, 108);
        assertThat(tracker.open()).isEqualTo(7);
        assertThat(tracker.isDone(107)).isFalse();
    }

    @Test
    void refusesARecordThatWasDeliveredBefore() {
        deliver(100, 103);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> deliver(102))
                .withMessage("offset 102 was delivered before; expected 103");
    }

    @Test
    void saysWhetherASnapshotWouldDiffer() {
        tracker.snapshot(false);
        assertThat(tracker.changed()).isFalse();
        var record = deliver(100);
        assertThat(tracker.changed()).isTrue();
        tracker.snapshot(false);
        assertThat(tracker.changed()).isFalse();
        tracker.tries(record, 1);
        assertThat(tracker.changed()).isTrue();
        tracker.snapshot(false);
        tracker.done(record);
        assertThat(tracker.changed()).isTrue();
    }

    /** Offsets need have no records: a killer far behind the position must be put down for its deaths all the same. */
    @Test
    void putsTheLowestRecordsDownForADeathWhereverTheirOffsetsAre() {
        deliver(100);
        tracker.tries(records.get(0), 3);
        restart().countDeath();
        for (var i = 0; i < 20; i++) {
            deliver(100 + i * 1_000_000_000L);
        }
        assertThat(records.subList(0, 16)).allMatch(record -> record.deaths == 1 && record.countsDeath);
        assertThat(records.subList(16, 20)).allMatch(record -> record.deaths == 0);
        assertThat(records.get(0).tries())
                .as("without the one that was broken off")
                .isEqualTo(2);

        restart();
        deliver(100);
        assertThat(records.get(0).deaths).isEqualTo(1);
        assertThat(records.get(0).tries()).isEqualTo(2);
    }

    @Test
    void putsARecordDownOnceForADeathThoughItIsFetchedTwice() {
        deliver(100);
        restart().countDeath();
        deliver(100, 110);
        tracker.forgetFrom(records.get(5));
        records.clear();
        deliver(105, 130);
        assertThat(records.subList(0, 11)).allMatch(record -> record.deaths == 1);
        assertThat(records.subList(11, 25)).allMatch(record -> record.deaths == 0);
    }
}

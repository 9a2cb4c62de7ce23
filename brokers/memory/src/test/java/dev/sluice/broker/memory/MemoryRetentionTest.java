package dev.sluice.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.BrokerException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The limits of one topic: what is evicted, what is held back. */
class MemoryRetentionTest {
    private static String[] ids(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toArray(String[]::new);
    }

    @Test
    void evictsTheOldestWhenNoGroupReads() {
        var fixture = new MemoryFixture(MemoryFixture.limits(4));

        fixture.sendAll("t", "1", "2", "3", "4", "5", "6");

        assertThat(fixture.held("t")).containsExactly("3", "4", "5", "6");
        assertThat(fixture.meter("sluice.broker.memory.evicted", "state", "unread"))
                .isEqualTo(2);
        assertThat(fixture.meter("sluice.broker.memory.events")).isEqualTo(4);
    }

    @Test
    void evictsTheOldestOfAllPartitions() {
        var limits = new MemoryLimits(4, 1, 8, 1_000_000, 1_000_000, 0, Duration.ofSeconds(1), 10_000);
        var fixture = new MemoryFixture(limits);

        for (var id : ids(0, 50)) {
            fixture.send("t", MemoryFixture.event(id, "key" + id, 0));
        }

        var reader = fixture.join("t", "g").requesting(100);
        assertThat(reader.ids()).containsExactlyInAnyOrder(ids(42, 50));
    }

    @Test
    void evictsByBytesWhenNoGroupReads() {
        var room = 3L * MemoryFixture.EVENT_BYTES + 100;
        var fixture = new MemoryFixture(MemoryFixture.bytes(room));

        fixture.sendAll("t", "01", "02", "03", "04");
        assertThat(fixture.held("t")).containsExactly("02", "03", "04");
        var large = fixture.send("t", MemoryFixture.event("05", "k", MemoryFixture.EVENT_BYTES));

        assertThat(large.outcome).isEqualTo("stored");
        assertThat(fixture.held("t")).containsExactly("04", "05");
        assertThat(fixture.meter("sluice.broker.memory.bytes")).isLessThanOrEqualTo(room);
    }

    @Test
    void holdsThePublisherBackUntilTheGroupIsDoneWithAnEvent() {
        var fixture = new MemoryFixture(MemoryFixture.limits(2));
        var reader = fixture.join("t", "g").requesting(10);
        fixture.sendAll("t", "1", "2");

        var third = fixture.send("t", "3");
        assertThat(third.outcome).isNull();
        assertThat(fixture.meter("sluice.broker.memory.sends.waiting")).isEqualTo(1);

        reader.accept(1);
        assertThat(third.outcome).isNull();
        reader.accept(0);
        assertThat(third.outcome).isEqualTo("stored");
        assertThat(reader.ids()).containsExactly("1", "2", "3");
    }

    @Test
    void holdsThePublisherBackEvenWhenTheGroupHasNoMember() {
        var fixture = new MemoryFixture(MemoryFixture.limits(2));
        fixture.join("t", "g").cancel();

        fixture.sendAll("t", "1", "2");
        var third = fixture.send("t", "3");

        assertThat(third.outcome).isNull();
        assertThat(fixture.join("t", "g").requesting(10).ids()).containsExactly("1", "2");
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0"})
    void waitsForTheSlowestOfSeveralGroupsWhicheverJoinedFirst(int fast, int slow) {
        var fixture = new MemoryFixture(MemoryFixture.limits(1));
        var readers = List.of(
                fixture.join("t", "first").requesting(10),
                fixture.join("t", "second").requesting(10));
        fixture.send("t", "1");
        var second = fixture.send("t", "2");

        readers.get(fast).accept(0);
        assertThat(second.outcome).isNull();
        readers.get(slow).accept(0);
        assertThat(second.outcome).isEqualTo("stored");
        assertThat(readers.get(slow).ids()).containsExactly("1", "2");
    }

    @Test
    void storesWaitingSendsInTheOrderTheyCame() {
        var limits = new MemoryLimits(1, 1, 1, 1_000_000, 1_000_000, 50, Duration.ofSeconds(30), 10_000);
        var fixture = new MemoryFixture(limits);
        var reader = fixture.join("t", "g").requesting(100);

        fixture.sendAll("t", ids(0, 30));
        for (var i = 0; i < 30; i++) {
            reader.accept(i);
        }

        assertThat(reader.ids()).containsExactly(ids(0, 30));
    }

    @Test
    void refusesAtOnceWhenTooManySendsWait() {
        var fixture = new MemoryFixture(MemoryFixture.limits(1));
        fixture.join("t", "g");
        fixture.sendAll("t", "1", "2", "3");

        var fourth = fixture.send("t", "4");

        assertThat(fourth.outcome)
                .isInstanceOf(BrokerException.Full.class)
                .hasToString(
                        "dev.sluice.broker.BrokerException$Full: topic 't' is full: 2 sends wait for room already");
        assertThat(fixture.meter("sluice.broker.memory.sends.refused", "reason", "waiting"))
                .isEqualTo(1);
    }

    @Test
    void refusesEachSendAtItsDeadline() {
        var fixture = new MemoryFixture(MemoryFixture.limits(1));
        fixture.join("t", "g");
        fixture.send("t", "1");
        var second = fixture.send("t", "2");
        fixture.time.advanceTimeBy(Duration.ofSeconds(20));
        var third = fixture.send("t", "3");

        fixture.time.advanceTimeBy(Duration.ofMillis(9_999));
        assertThat(second.outcome).isNull();
        fixture.time.advanceTimeBy(Duration.ofMillis(1));
        assertThat(second.outcome).isInstanceOf(BrokerException.Full.class);
        assertThat(third.outcome).isNull();

        fixture.time.advanceTimeBy(Duration.ofSeconds(20));
        assertThat(third.outcome).isInstanceOf(BrokerException.Full.class);
        assertThat(fixture.meter("sluice.broker.memory.sends.refused", "reason", "deadline"))
                .isEqualTo(2);
        assertThat(fixture.status("t").events()).isEqualTo(1);
    }

    @Test
    void storesWhatFitsOnceALargerSendRanOutOfTime() {
        var fixture = new MemoryFixture(MemoryFixture.bytes(3L * MemoryFixture.EVENT_BYTES));
        fixture.join("t", "g");
        fixture.sendAll("t", "01", "02");
        var large = fixture.send("t", MemoryFixture.event("03", "k", 100));
        fixture.time.advanceTimeBy(Duration.ofSeconds(10));
        var small = fixture.send("t", "04");
        assertThat(small.outcome).isNull();

        fixture.time.advanceTimeBy(Duration.ofSeconds(20));

        assertThat(large.outcome).isInstanceOf(BrokerException.Full.class);
        assertThat(small.outcome).isEqualTo("stored");
    }

    @Test
    void withdrawsASendThatIsCancelledWhileItWaits() {
        var fixture = new MemoryFixture(MemoryFixture.limits(1));
        var reader = fixture.join("t", "g").requesting(10);
        fixture.send("t", "1");
        var second = fixture.send("t", "2");
        var third = fixture.send("t", "3");

        second.cancel();
        assertThat(fixture.meter("sluice.broker.memory.sends.waiting")).isEqualTo(1);
        var fourth = fixture.send("t", "4");
        reader.accept(0);
        reader.accept(1);

        assertThat(second.outcome).isNull();
        assertThat(third.outcome).isEqualTo("stored");
        assertThat(fourth.outcome).isEqualTo("stored");
        assertThat(reader.ids()).containsExactly("1", "3", "4");
    }

    @Test
    void admitsTheNextSendWhenTheOneBeforeItIsCancelled() {
        var fixture = new MemoryFixture(MemoryFixture.bytes(3L * MemoryFixture.EVENT_BYTES));
        fixture.join("t", "g");
        fixture.sendAll("t", "01", "02");
        var large = fixture.send("t", MemoryFixture.event("03", "k", 100));
        var small = fixture.send("t", "04");
        assertThat(small.outcome).isNull();

        large.cancel();

        assertThat(small.outcome).isEqualTo("stored");
    }

    @Test
    void keepsDoneEventsForReplayUpToAnEighthOfTheLimit() {
        var fixture = new MemoryFixture(MemoryFixture.limits(80));
        var reader = fixture.join("t", "g").requesting(100);
        fixture.sendAll("t", ids(0, 40));

        reader.acceptAll();

        assertThat(fixture.status("t").events()).isEqualTo(10);
        assertThat(fixture.join("t", "replay").requesting(100).ids()).containsExactly(ids(30, 40));
        assertThat(fixture.meter("sluice.broker.memory.evicted", "state", "done"))
                .isEqualTo(30);
    }

    @Test
    void evictsDoneEventsFirstWhenRoomIsNeeded() {
        var fixture = new MemoryFixture(MemoryFixture.limits(16));
        var reader = fixture.join("t", "g").requesting(100);
        fixture.sendAll("t", ids(0, 2));
        reader.acceptAll();
        assertThat(fixture.status("t").events()).isEqualTo(2);

        fixture.sendAll("t", ids(2, 18));

        assertThat(fixture.status("t").events()).isEqualTo(16);
        assertThat(fixture.held("t")).containsExactly(ids(2, 18));
        assertThat(fixture.send("t", "late").outcome).isNull();
    }

    @Test
    void holdsWhatANewGroupStillWants() {
        var fixture = new MemoryFixture(MemoryFixture.limits(16));
        fixture.sendAll("t", ids(0, 16));

        var late = fixture.join("t", "late").requesting(100);
        var next = fixture.send("t", "16");

        assertThat(next.outcome).isNull();
        late.acceptAll();
        assertThat(next.outcome).isEqualTo("stored");
        assertThat(late.ids()).containsExactly(ids(0, 17));
    }

    @Test
    void failsWaitingSendsWhenClosed() {
        var fixture = new MemoryFixture(MemoryFixture.limits(1));
        fixture.join("t", "g");
        fixture.send("t", "1");
        var second = fixture.send("t", "2");

        fixture.broker.close().block();

        assertThat(second.outcome).isInstanceOf(BrokerException.Unavailable.class);
        assertThat(fixture.time.getScheduledTaskCount()).isLessThanOrEqualTo(1);
        fixture.time.advanceTimeBy(Duration.ofMinutes(1));
    }

    @Test
    void refusesMoreTopicsThanTheLimit() {
        var fixture = new MemoryFixture(MemoryFixture.limits(1));
        for (var id : ids(0, 10)) {
            fixture.broker.ensureTopic("topic" + id).block();
        }

        assertThat(fixture.send("one-more", "1").outcome).isInstanceOf(BrokerException.Refused.class);
        assertThat(fixture.send("topic3", "1").outcome).isEqualTo("stored");
    }
}

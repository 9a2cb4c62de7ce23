package dev.sluice.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.BrokerException;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** The bytes that all topics share. */
class MemoryBudgetTest {
    private static final int EVENT = MemoryFixture.EVENT_BYTES;

    private static long bytesHeld(MemoryFixture fixture) {
        return fixture.broker.topics().blockOptional().orElseThrow().stream()
                .flatMap(topic -> topic.partitions().stream())
                .mapToLong(partition -> partition.bytes())
                .sum();
    }

    @Test
    void evictsFromTheTopicThatHoldsTheMostNobodyWants() {
        var fixture = new MemoryFixture(MemoryFixture.bytes(10L * EVENT));
        fixture.sendAll("small", "01", "02", "03");
        fixture.sendAll("large", "01", "02", "03", "04", "05", "06", "07");
        fixture.join("read", "g");

        fixture.sendAll("read", "01", "02");

        assertThat(fixture.status("read").events()).isEqualTo(2);
        assertThat(fixture.held("small")).hasSize(3);
        assertThat(fixture.held("large")).containsExactly("03", "04", "05", "06", "07");
        assertThat(bytesHeld(fixture)).isEqualTo(10L * EVENT);
    }

    @Test
    void evictsItsOwnFirst() {
        var fixture = new MemoryFixture(MemoryFixture.bytes(6L * EVENT));
        fixture.sendAll("other", "01", "02", "03", "04");
        fixture.sendAll("own", "01", "02");

        fixture.sendAll("own", "03", "04");

        assertThat(fixture.held("own")).containsExactly("03", "04");
        assertThat(fixture.held("other")).hasSize(4);
    }

    @Test
    void waitsForRoomInTheBrokerUntilAnotherTopicIsRead() {
        var fixture = new MemoryFixture(MemoryFixture.bytes(4L * EVENT));
        var reader = fixture.join("a", "g").requesting(10);
        fixture.join("b", "g");
        fixture.sendAll("b", "01");
        fixture.sendAll("a", "01", "02", "03");

        var second = fixture.send("b", "02");
        assertThat(second.outcome).isNull();
        reader.accept(0);

        assertThat(second.outcome).isEqualTo("stored");
        assertThat(bytesHeld(fixture)).isEqualTo(4L * EVENT);
    }

    @Test
    void takesTheRoomOfAnEventThatAnotherTopicKeepsForReplay() {
        var fixture = new MemoryFixture(MemoryFixture.bytes(40L * EVENT));
        var reader = fixture.join("a", "g").requesting(100);
        fixture.join("b", "g");
        fixture.sendAll("b", "01");
        for (var i = 10; i < 49; i++) {
            fixture.send("a", Integer.toString(i));
        }
        var second = fixture.send("b", "02");
        assertThat(second.outcome).isNull();

        reader.accept(0);

        assertThat(second.outcome).isEqualTo("stored");
        assertThat(fixture.status("a").events()).isEqualTo(38);
    }

    @Test
    void givesEveryTopicWithoutAnOpenEventOne() {
        var fixture = new MemoryFixture(MemoryFixture.bytes(4L * EVENT));
        fixture.join("full", "g");
        fixture.sendAll("full", "01", "02", "03", "04");
        var reader = fixture.join("next", "g").requesting(10);

        var first = fixture.send("next", "01");
        var second = fixture.send("next", "02");

        assertThat(first.outcome).isEqualTo("stored");
        assertThat(second.outcome).isNull();
        reader.accept(0);
        assertThat(second.outcome).isEqualTo("stored");
        assertThat(bytesHeld(fixture)).isLessThanOrEqualTo(5L * EVENT);
    }

    @Test
    void neverLetsAChainOfTopicsHoldItselfUp() {
        var fixture = new MemoryFixture(MemoryFixture.bytes(8L * EVENT));
        var in = fixture.join("in", "g").requesting(100);
        var out = fixture.join("out", "g").requesting(100);
        var sends = new ArrayList<MemoryFixture.Send>();
        for (var i = 10; i < 60; i++) {
            sends.add(fixture.send("in", Integer.toString(i)));
        }

        for (var i = 0; i < 50; i++) {
            var answer = fixture.send("out", in.deliveries.get(i).event().getId());
            assertThat(answer.outcome).as("answer " + i).isEqualTo("stored");
            in.accept(i);
            out.accept(i);
        }

        assertThat(sends).allMatch(send -> "stored".equals(send.outcome));
        assertThat(out.ids()).hasSize(50).isEqualTo(in.ids());
    }

    @Test
    void doesNotStarveALargeEventByManySmallOnes() {
        var fixture = new MemoryFixture(MemoryFixture.bytes(8L * EVENT));
        var small = fixture.join("small", "g").requesting(1_000);
        fixture.join("large", "g");
        fixture.sendAll("large", "01");
        fixture.sendAll("small", "01", "02", "03", "04", "05", "06", "07");

        var large = fixture.send("large", MemoryFixture.event("02", "k", 3 * EVENT));
        var later = new ArrayList<MemoryFixture.Send>();
        var accepted = 0;
        while (large.outcome == null && accepted < 7) {
            later.add(fixture.send("small", "99"));
            small.accept(accepted++);
        }

        assertThat(large.outcome).isEqualTo("stored");
        assertThat(accepted).isEqualTo(4);
        while (accepted < small.deliveries.size()) {
            small.accept(accepted++);
        }
        assertThat(later).allMatch(send -> "stored".equals(send.outcome));
    }

    @Test
    void givesTheTurnOnWhenTheHeadOfTheLineGivesUp() {
        var fixture = new MemoryFixture(MemoryFixture.bytes(4L * EVENT));
        var full = fixture.join("full", "g").requesting(10);
        fixture.join("a", "g");
        fixture.join("b", "g");
        fixture.sendAll("a", "01");
        fixture.sendAll("b", "01");
        fixture.sendAll("full", "01", "02");
        var tooMuch = fixture.send("a", MemoryFixture.event("02", "k", 2 * EVENT));
        fixture.time.advanceTimeBy(Duration.ofSeconds(10));
        var behind = fixture.send("b", "02");
        full.accept(0);
        assertThat(behind.outcome).isNull();

        fixture.time.advanceTimeBy(Duration.ofSeconds(20));

        assertThat(tooMuch.outcome).isInstanceOf(BrokerException.Full.class);
        assertThat(behind.outcome).isEqualTo("stored");
    }

    @Test
    void freesAllItsBytesWhenClosed() {
        var fixture = new MemoryFixture(MemoryFixture.bytes(4L * EVENT));
        fixture.join("a", "g");
        fixture.sendAll("a", "01", "02", "03", "04", "05");

        fixture.broker.close().block();

        assertThat(fixture.broker.budget().lacks(4 * EVENT)).isZero();
        assertThat(fixture.broker.budget().contended()).isFalse();
    }
}

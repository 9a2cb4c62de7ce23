package dev.sluice.broker.kafka;

import static dev.sluice.broker.kafka.SourceFixture.eventually;
import static dev.sluice.broker.kafka.SourceFixture.forAWhile;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.Start;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a source does beyond the contract, with one member. */
@Execution(ExecutionMode.CONCURRENT)
class KafkaReadingTest {
    private final SourceFixture fixture = new SourceFixture(2);

    @AfterEach
    void close() {
        fixture.close();
    }

    private static List<String> ids(String key, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> key + "-" + i).toList();
    }

    @Test
    void storesThePositionSoonAfterEventsAreAccepted() {
        fixture.send(0, "a", 0, 10);
        fixture.join("g").accepting().requestingAll().await(10);

        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(10));
    }

    @Test
    void skipsAfterARestartWhatIsDoneBeyondThePosition() {
        fixture.send(0, "a", 0, 8);
        var first = fixture.join("g").requestingAll().await(8);
        for (var done : List.of(0, 2, 3, 6)) {
            first.accept(done);
        }
        first.leave();

        var second = fixture.join("g").requestingAll().awaitExactly(4);

        assertThat(fixture.committed("g", 0)).isEqualTo(1);
        assertThat(second.ids()).containsExactly("a-1", "a-4", "a-5", "a-7");
    }

    @Test
    void fetchesAgainInOrderWhatAPauseDropped() {
        fixture.send(0, "a", 0, 1_500);
        var reader = fixture.join("g").requesting(10).await(10);
        for (var round = 0; round < 3; round++) {
            reader.source.pause(0);
            forAWhile(() -> assertThat(fixture.backlogOf(reader)).isZero());
            reader.source.resume(0);
            reader.requesting(100).await(110 + 100 * round);
        }

        reader.requestingAll().accepting();
        reader.received.forEach(delivery -> delivery.accept().subscribe());

        reader.awaitExactly(1_500);
        assertThat(reader.ids()).isEqualTo(ids("a", 0, 1_500));
    }

    @Test
    void deliversAReleasedEventBeforeWhatComesBehindIt() {
        fixture.send(0, "a", 0, 10);
        var reader = fixture.join("g").requesting(4).await(4);

        reader.release(2);
        reader.release(1);
        reader.requestingAll().awaitExactly(12);

        assertThat(reader.ids().subList(4, 12)).containsExactly("a-1", "a-2", "a-4", "a-5", "a-6", "a-7", "a-8", "a-9");
    }

    @Test
    void deliversNothingBehindAnEventThatIsReleasedWhileOthersAreDelivered() {
        fixture.send(0, "a", 0, 100);
        var reader = fixture.join("g");
        var released = new ArrayList<String>();
        reader.on(delivery -> {
            if (delivery.offset() % 7 == 3 && released.size() < 14 && !released.contains(id(delivery))) {
                released.add(id(delivery));
                delivery.release();
            } else {
                delivery.accept().subscribe();
            }
        });

        reader.requestingAll();

        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(100));
        assertThat(released).hasSize(14);
        for (var id : released) {
            var first = reader.ids().indexOf(id);
            assertThat(reader.ids().get(first + 1)).isEqualTo(id);
        }
    }

    private static String id(Delivery delivery) {
        return delivery.event().getId();
    }

    @Test
    void fetchesNoMoreThanAPollAndAHalfWithoutDemand() {
        fixture.send(0, "a", 0, 2_000);
        fixture.send(1, "b", 0, 2_000);

        var reader = fixture.join("g").awaitOwning(2).requesting(1).await(1);

        eventually(() -> assertThat(fixture.backlogOf(reader)).isGreaterThanOrEqualTo(249));
        forAWhile(() -> assertThat(fixture.backlogOf(reader)).isLessThanOrEqualTo(749));
    }

    @Test
    void servesPartitionsInTurnsWhileLessIsAskedForThanIsThere() {
        fixture.send(0, "a", 0, 3_000);
        fixture.send(1, "b", 0, 3_000);
        var reader = fixture.join("g").awaitOwning(2).accepting();

        for (var asked = 250; asked <= 2_500; asked += 250) {
            reader.requesting(250).await(asked);
            eventually(() -> assertThat(fixture.backlogOf(reader)).isGreaterThanOrEqualTo(250));
        }

        var byPartition = reader.received.stream().collect(Collectors.groupingBy(Delivery::partition));
        assertThat(byPartition.get(0)).hasSizeGreaterThanOrEqualTo(750);
        assertThat(byPartition.get(1)).hasSizeGreaterThanOrEqualTo(750);
        reader.requestingAll().awaitExactly(6_000);
        for (var key : List.of("a", "b")) {
            assertThat(reader.ids()).filteredOn(id -> id.startsWith(key)).isEqualTo(ids(key, 0, 3_000));
        }
    }

    @Test
    void holdsBackAPartitionWithTooMuchOpenAndNoOther() {
        fixture.send(0, "a", 0, 3_000);
        fixture.send(1, "b", 0, 3_000);
        var source = fixture.source("g", Start.EARLIEST);
        var reader = new SourceFixture.Reader(source).join().on(delivery -> {
            if (delivery.partition() == 1) {
                delivery.accept().subscribe();
            }
        });

        reader.requestingAll();

        eventually(() -> assertThat(fixture.committed("g", 1)).isEqualTo(3_000));
        assertThat(source.fullPartitions()).isEqualTo(1);
        var open = reader.received.stream().filter(d -> d.partition() == 0).toList();
        assertThat(open.size()).isBetween(1_000, 1_500);
        assertThat(fixture.committed("g", 0)).isZero();
        reader.on(delivery -> delivery.accept().subscribe());
        open.forEach(delivery -> delivery.accept().subscribe());
        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(3_000));
        reader.awaitExactly(6_000);
        eventually(() -> assertThat(source.fullPartitions()).isZero());
    }

    @Test
    void goesOnWithOneEventOpenForeverAsFarAsItsMetadataGoes() {
        fixture.send(0, "a", 0, 5_000);
        var reader = fixture.join("g").on(delivery -> {
            if (delivery.offset() != 0) {
                delivery.accept().subscribe();
            }
        });

        reader.requestingAll().await(5_000);

        forAWhile(() -> assertThat(fixture.committed("g", 0)).isZero());
        reader.leave();
        assertThat(fixture.join("g").requestingAll().awaitExactly(1).ids()).containsExactly("a-0");
    }

    @Test
    void keepsADeliveryVoidOnceItsMemberLeftThoughTheSourceReadsAgain() {
        fixture.send(0, "a", 0, 3);
        var source = fixture.source("g", Start.EARLIEST);
        var first = new SourceFixture.Reader(source).join().requestingAll().await(3);
        first.leave();
        var second = new SourceFixture.Reader(source).join().requestingAll().await(3);

        first.accept(0);
        first.release(1);

        second.awaitExactly(3);
        forAWhile(() -> assertThat(fixture.committed("g", 0)).isZero());
        second.accept(0);
        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(1));
    }

    @Test
    void tellsAnEventsEarlierTriesToWhoeverIsLentItNext() {
        fixture.send(0, "a", 0, 2);
        var first = fixture.join("g").requestingAll().await(2);
        assertThat(first.received.get(0).triesBefore()).isZero();
        first.received.get(0).triesBegun(3);
        first.leave();

        var second = fixture.join("g").requestingAll().await(2);

        assertThat(second.received).extracting(Delivery::triesBefore).containsExactly(3, 0);
        second.received.get(0).triesBegun(4);
        second.release(0);
        second.await(3);
        assertThat(second.received.get(2).triesBefore()).isEqualTo(4);
    }

    @Test
    void storesTheMetadataOfAFullPartitionWhateverIsDoneOfIt() {
        fixture.send(0, "a", 0, 1_500);
        var seed = System.nanoTime();
        var random = new Random(seed);
        var first = fixture.join("g").requestingAll().await(1_000);
        var done = new HashSet<String>();
        for (var delivery : first.received) {
            if (delivery.offset() > 0 && random.nextBoolean()) {
                done.add(id(delivery));
                delivery.accept().subscribe();
            }
        }
        first.leave();

        var committed = fixture.committed("g").get(fixture.at(0));
        assertThat(committed.offset()).isZero();
        assertThat(committed.metadata()).as("seed %d", seed).hasSizeGreaterThan(200);
        var again = fixture.join("g").requestingAll().awaitExactly(1_500 - done.size());
        assertThat(again.ids()).as("seed %d", seed).doesNotContainAnyElementsOf(done);
        assertThat(fixture.counted("sluice.kafka.commit.failures")).isZero();
        assertThat(fixture.counted("sluice.kafka.metadata.left.out")).isZero();
    }

    @Test
    void pollsNoMoreThanCanBeStoredWhateverItIsTold() {
        fixture.with("max.poll.records", "50000").with("max.partition.fetch.bytes", "50000000");
        fixture.send(0, "a", 0, 12_000);
        var reader = fixture.join("g").on(delivery -> {
            if (delivery.offset() != 0) {
                delivery.accept().subscribe();
            }
        });

        reader.requestingAll().await(12_000);

        assertThat(fixture.counted("sluice.kafka.metadata.left.out")).isZero();
        reader.leave();
        assertThat(fixture.join("g").requestingAll().awaitExactly(1).ids()).containsExactly("a-0");
    }
}

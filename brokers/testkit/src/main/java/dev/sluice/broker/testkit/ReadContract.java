package dev.sluice.broker.testkit;

import static dev.sluice.broker.testkit.BrokerContract.event;
import static dev.sluice.broker.testkit.BrokerContract.eventsOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.Start;
import dev.sluice.broker.StoredEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** {@link dev.sluice.broker.Broker#read}: a part of a topic, without a group. */
abstract class ReadContract extends ContractPart {
    /** Fewer than the events of the fullest tests, so that a reading asks for more several times. */
    private static final int AT_ONCE = 100;

    private List<StoredEvent> read(ReadRange range) {
        var read =
                broker().read(topic(), range).limitRate(AT_ONCE).collectList().block(patience());
        if (read == null) {
            throw new AssertionError("read() completed without a list");
        }
        return read;
    }

    private static List<String> ids(List<StoredEvent> read) {
        return read.stream().map(stored -> stored.event().getId()).toList();
    }

    private int partitionOf(String key) {
        return read(ReadRange.ALL).stream()
                .filter(stored -> key.equals(stored.key()))
                .findFirst()
                .orElseThrow()
                .partition();
    }

    @Test
    void bringsAllThatIsStoredAndCompletes() {
        kit().publish(eventsOf("a", 700));
        kit().publish(eventsOf("b", 30));
        kit().publish(event("keyless", null));

        var read = read(ReadRange.ALL);

        assertThat(ids(read))
                .hasSize(731)
                .contains("keyless")
                .containsSubsequence(
                        IntStream.range(0, 700).mapToObj(i -> "a-" + i).toList())
                .containsSubsequence(
                        IntStream.range(0, 30).mapToObj(i -> "b-" + i).toList());
        assertThat(read).filteredOn(stored -> "a".equals(stored.key())).hasSize(700);
        for (var partition = 0; partition < partitions(); partition++) {
            var here = partition;
            var offsets = read.stream()
                    .filter(stored -> stored.partition() == here)
                    .map(StoredEvent::offset)
                    .toList();
            assertThat(offsets)
                    .isEqualTo(LongStream.range(0, offsets.size()).boxed().toList());
        }
    }

    @Test
    void completesAtOnceOnAnEmptyTopic() {
        StepVerifier.create(broker().read(topic(), ReadRange.ALL), 0)
                .expectComplete()
                .verify(patience());
    }

    @Test
    void endsWhereTheTopicEndedWhenItWasSubscribedTo() {
        kit().publish(eventsOf("k", 5));

        StepVerifier.create(broker().read(topic(), ReadRange.ALL), 2)
                .expectNextCount(2)
                .then(() -> kit().publish(eventsOf("k", 5, 9)))
                .thenRequest(100)
                .expectNextCount(3)
                .expectComplete()
                .verify(patience());
    }

    @Test
    void bringsNoMoreThanRequestedAndSkipsNothing() {
        kit().publish(eventsOf("k", 1_500));

        StepVerifier.create(
                        broker().read(topic(), ReadRange.ALL)
                                .map(stored -> stored.event().getId()),
                        1)
                .expectNext("k-0")
                .expectNoEvent(Duration.ofMillis(100))
                .thenRequest(2)
                .expectNext("k-1", "k-2")
                .thenRequest(Long.MAX_VALUE)
                .expectNextSequence(
                        IntStream.range(3, 1_500).mapToObj(i -> "k-" + i).toList())
                .expectComplete()
                .verify(patience());
    }

    @Test
    void keepsToTheOffsetsOfEachPartition() {
        kit().publish(eventsOf("k", 10));
        var partition = partitionOf("k");

        assertThat(ids(read(ReadRange.from(Map.of(partition, 7L))))).containsExactly("k-7", "k-8", "k-9");
        assertThat(ids(read(ReadRange.ALL.to(Map.of(partition, 2L))))).containsExactly("k-0", "k-1");
        assertThat(ids(read(ReadRange.at(partition, 4)))).containsExactly("k-4");
        assertThat(read(ReadRange.at(partition, 10))).isEmpty();
        assertThat(read(ReadRange.at((partition + 1) % partitions(), 4))).isEmpty();
    }

    @Test
    void readsOnlyThePartitionsThatAreAskedFor() {
        for (var i = 0; i < 20; i++) {
            kit().publish(event("e-" + i, "key-" + i));
        }

        var read = read(ReadRange.ALL.only(Set.of(1)));

        assertThat(read).isNotEmpty().allMatch(stored -> stored.partition() == 1);
        assertThat(read).hasSizeLessThan(20);
    }

    @Test
    void keepsToTimesOfArrival() {
        kit().publish(eventsOf("k", 3));
        var published = Instant.now();
        // Times of arrival are in milliseconds, and the two must differ.
        eventually(() -> assertThat(Instant.now()).isAfter(published.plusMillis(2)));
        var between = Instant.now();
        kit().publish(eventsOf("k", 3, 5));

        assertThat(ids(read(ReadRange.from(Start.at(between))))).containsExactly("k-3", "k-4");
        assertThat(ids(read(ReadRange.ALL.until(between)))).containsExactly("k-0", "k-1", "k-2");
        assertThat(read(ReadRange.from(Start.at(Instant.now().plusSeconds(60)))))
                .isEmpty();
        assertThat(read(ReadRange.from(Start.LATEST))).isEmpty();
        assertThat(read(ReadRange.ALL))
                .allSatisfy(stored -> assertThat(stored.arrived()).isBetween(between.minusSeconds(60), Instant.now()));
    }

    @Test
    void isNoGroupAndTakesNothingFromAny() {
        kit().publish(eventsOf("k", 3));
        assertThat(read(ReadRange.ALL)).hasSize(3);

        assertThat(status().groups()).isEmpty();
        var member = join("g", Start.EARLIEST).requestingAll();
        eventually(() -> assertThat(member.ids()).containsExactly("k-0", "k-1", "k-2"));
        assertThat(read(ReadRange.ALL)).hasSize(3);
    }

    @Test
    void refusesATopicThatIsNotThere() {
        StepVerifier.create(broker().read("there-is-no-such-topic", ReadRange.ALL))
                .expectError(BrokerException.Refused.class)
                .verify(patience());
    }

    @Test
    void bringsNothingMoreAfterCancel() {
        kit().publish(eventsOf("k", 200));

        StepVerifier.create(broker().read(topic(), ReadRange.ALL), 10)
                .expectNextCount(10)
                .thenCancel()
                .verify(patience());
        assertThat(read(ReadRange.ALL)).hasSize(200);
    }
}

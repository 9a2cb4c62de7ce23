package dev.sluice.broker.testkit;

import static dev.sluice.broker.testkit.BrokerContract.event;
import static dev.sluice.broker.testkit.BrokerContract.eventsOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Broker;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Start;
import dev.sluice.broker.TopicStatus;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** {@link Broker}: topics as seen from outside, health, and the end. */
abstract class LifeContract extends ContractPart {
    @Test
    void hasAName() {
        assertThat(broker().name()).isNotBlank();
    }

    @Test
    void isHealthy() {
        assertThat(broker().health().block(patience())).isEqualTo(Broker.Health.UP);
    }

    @Test
    void ensuresATopicOnceAndForAll() {
        var name = "contract-" + UUID.randomUUID();

        broker().ensureTopic(name).block(patience());
        broker().ensureTopic(name).block(patience());

        assertThat(topics()).filteredOn(status -> status.topic().equals(name)).hasSize(1);
    }

    @Test
    void refusesATopicThatCanNotBe() {
        for (var name : List.of("", "no spaces", "no/slash", "..", "x".repeat(250))) {
            StepVerifier.create(broker().ensureTopic(name))
                    .expectErrorSatisfies(error -> assertThat(error).isInstanceOf(BrokerException.class))
                    .verify(patience());
        }
    }

    @Test
    void listsTopicsByNameWithWhatTheyHold() {
        kit().publish(eventsOf("k", 3));

        assertThat(topics()).extracting(TopicStatus::topic).isSorted().contains(topic());
        var partitions = status().partitions();
        assertThat(partitions).hasSize(partitions());
        assertThat(partitions)
                .extracting(TopicStatus.PartitionStatus::partition)
                .isSorted();
        assertThat(partitions)
                .filteredOn(partition -> partition.end() > 0)
                .singleElement()
                .satisfies(partition -> {
                    assertThat(partition.start()).isZero();
                    assertThat(partition.end()).isEqualTo(3);
                    assertThat(partition.bytes()).isNotZero();
                });
    }

    @Test
    void refusesEventsOnceClosed() {
        var sink = broker().sink(topic());
        sink.publish(event("1", "k"), null).block(patience());

        broker().close().block(patience());

        StepVerifier.create(sink.publish(event("2", "k"), null))
                .expectError(BrokerException.Unavailable.class)
                .verify(patience());
        assertThat(broker().health().block(patience()))
                .extracting(Broker.Health::up)
                .isEqualTo(false);
    }

    @Test
    void endsEveryReadingWhenClosed() {
        var member = join("g", Start.EARLIEST).requestingAll();
        member.awaitOwning(partitions());
        var tail = StepVerifier.create(broker().tail(topic(), Map.of()).materialize())
                .assertNext(signal ->
                        assertThat(signal.isOnError() || signal.isOnComplete()).isTrue())
                .expectComplete()
                .verifyLater();

        broker().close().block(patience());

        eventually(() -> assertThat(member.failure()).isInstanceOf(BrokerException.class));
        tail.verify(patience());
    }

    @Test
    void canBeClosedTwiceAndReadNoMore() {
        broker().close().block(patience());
        broker().close().block(patience());

        var late = join("g", Start.EARLIEST);

        eventually(() -> assertThat(late.failure()).isInstanceOf(BrokerException.class));
    }
}

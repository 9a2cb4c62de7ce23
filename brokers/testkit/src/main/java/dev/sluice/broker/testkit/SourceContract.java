package dev.sluice.broker.testkit;

import static dev.sluice.broker.testkit.BrokerContract.event;
import static dev.sluice.broker.testkit.BrokerContract.eventsOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Lag;
import dev.sluice.broker.Start;
import dev.sluice.cloudevents.WireEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** {@link dev.sluice.broker.EventSource}: how one member receives. */
abstract class SourceContract extends ContractPart {
    /** Events over enough keys that every partition has some. */
    List<WireEvent> eventsOnAllPartitions(int perKey) {
        var events = new ArrayList<WireEvent>();
        for (var i = 0; i < perKey; i++) {
            for (var key = 0; key < partitions() * 8; key++) {
                events.add(event("k" + key + "-" + i, "k" + key));
            }
        }
        return events;
    }

    @Test
    void deliversNothingWithoutDemand() {
        kit().publish(eventsOf("k", 3));

        var member = join("g", Start.EARLIEST);

        member.awaitOwning(partitions());
        forAWhile(() -> assertThat(member.received()).isEmpty());
    }

    @Test
    void neverDeliversMoreThanRequested() {
        kit().publish(eventsOnAllPartitions(2));
        var member = join("g", Start.EARLIEST).requesting(3);

        member.awaitNoMoreThan(3);
        member.requesting(1).requesting(1);
        member.awaitNoMoreThan(5);
        kit().publish(event("later", "k0"));
        member.awaitNoMoreThan(5);
        member.requestingAll();
        member.awaitNoMoreThan(partitions() * 16 + 1);
    }

    @Test
    void deliversWhatComesLaterWhenDemandWasThereFirst() {
        var member = join("g", Start.EARLIEST).requesting(10);
        member.awaitOwning(partitions());

        kit().publish(eventsOf("k", 2));

        assertThat(BrokerContract.idsOf(member.awaitNoMoreThan(2))).containsExactly("k-0", "k-1");
    }

    @Test
    void deliversEveryPartitionInTheOrderOfItsOffsets() {
        var events = eventsOnAllPartitions(10);
        kit().publish(events);

        var received = join("g", Start.EARLIEST).requestingAll().await(events.size());

        var last = new HashMap<Integer, Long>();
        for (var delivery : received) {
            var before = last.put(delivery.partition(), delivery.offset());
            assertThat(delivery.offset()).isGreaterThan(before == null ? -1 : before);
        }
        assertThat(last).hasSize(partitions());
    }

    @Test
    void signalsOneAfterAnotherWhateverThreadsPublishRequestAndAccept() {
        var member = join("g", Start.EARLIEST);
        member.onDelivery(delivery -> delivery.accept()
                .subscribeOn(Schedulers.parallel())
                .subscribe(nothing -> {}, error -> {}, () -> member.requesting(1)));
        member.requesting(16);
        var sink = broker().sink(topic());

        Flux.range(0, 4)
                .flatMap(t -> Flux.fromIterable(eventsOf("t" + t, 250))
                        .concatMap(event -> sink.publish(event, null))
                        .subscribeOn(Schedulers.boundedElastic()))
                .blockLast(patience());

        member.awaitNoMoreThan(1_000);
        eventually(() -> assertThat(member.lag().events()).hasValue(0));
    }

    @Test
    void errorsAndLeavesWhenTheDemandIsIllegal() {
        kit().publish(eventsOf("k", 1));
        var member = join("g", Start.EARLIEST);
        member.awaitOwning(partitions());

        member.requestIllegally(0);

        eventually(() -> assertThat(member.failure()).isInstanceOf(IllegalArgumentException.class));
        assertThat(join("g", Start.EARLIEST).requesting(1).await(1)).hasSize(1);
    }

    @Test
    void deliversNothingOfAPausedPartitionUntilItIsResumed() {
        kit().publish(eventsOf("k", 1));
        var member = join("g", Start.EARLIEST).requestingAll();
        var partition = member.await(1).get(0).partition();

        member.source().pause(partition);
        member.source().pause(partition);
        kit().publish(eventsOf("k", 1, 3));

        member.awaitNoMoreThan(1);
        member.source().resume(partition);
        assertThat(BrokerContract.idsOf(member.awaitNoMoreThan(3))).containsExactly("k-0", "k-1", "k-2");
    }

    @Test
    void goesOnWithOtherPartitionsWhileOneIsPaused() {
        var member = join("g", Start.EARLIEST).requestingAll();
        member.awaitOwning(partitions());
        member.source().pause(0);

        var events = eventsOnAllPartitions(2);
        kit().publish(events);

        var onPaused = status().partitions().get(0).end();
        assertThat(onPaused).isPositive();
        member.awaitNoMoreThan((int) (events.size() - onPaused));
        assertThat(member.received()).noneMatch(delivery -> delivery.partition() == 0);
        member.source().resume(0);
        member.source().resume(0);
        member.awaitNoMoreThan(events.size());
    }

    @Test
    void obeysAPauseFromWithinADelivery() {
        kit().publish(eventsOf("k", 5));
        var member = join("g", Start.EARLIEST);
        member.onDelivery(delivery -> member.source().pause(delivery.partition()));

        member.requestingAll();

        var received = member.awaitNoMoreThan(1);
        received.get(0).accept().block(patience());
        member.awaitNoMoreThan(1);
    }

    @Test
    void keepsWhatWasDeliveredValidWhilePaused() {
        kit().publish(eventsOf("k", 1));
        var member = join("g", Start.EARLIEST).requestingAll();
        var delivery = member.await(1).get(0);

        member.source().pause(delivery.partition());
        member.accept(delivery);

        eventually(() -> assertThat(position("g")).isEqualTo(1));
    }

    @Test
    void takesOneSubscriptionAtATime() {
        var member = join("g", Start.EARLIEST);
        member.awaitOwning(partitions());

        StepVerifier.create(member.source().receive())
                .expectError(IllegalStateException.class)
                .verify(patience());
        member.leave();
        kit().publish(eventsOf("k", 1));
        eventually(() -> StepVerifier.create(member.source().receive().take(1))
                .expectNextCount(1)
                .expectComplete()
                .verify(patience()));
    }

    @Test
    void tellsTheLagOfThePartitionsItOwns() {
        var member = join("g", Start.EARLIEST);
        member.awaitOwning(partitions());
        assertThat(member.lag().topic()).isEqualTo(topic());
        assertThat(member.lag().group()).isEqualTo(kit().group("g"));

        kit().publish(eventsOf("k", 5));

        eventually(() -> assertThat(member.lag().events()).hasValue(5));
        member.requesting(3).await(3).forEach(member::accept);
        eventually(() -> assertThat(member.lag().events()).hasValue(2));
    }

    @Test
    void tellsWhereTheGroupBegan() {
        kit().publish(eventsOf("k", 5));

        var member = join("g", Start.LATEST).awaitOwning(partitions());

        eventually(() -> assertThat(sumOf(member, Lag.PartitionLag::groupFirst)).isEqualTo(5));
        assertThat(sumOf(member, Lag.PartitionLag::first)).isEqualTo(5);
    }

    private static long sumOf(TestMember member, ToLongFunction<Lag.PartitionLag> figure) {
        return member.lag().partitions().stream().mapToLong(figure).sum();
    }

    @Test
    void tellsHowManyEventsItHasNotDelivered() {
        var member = join("g", Start.EARLIEST);
        member.awaitOwning(partitions());
        kit().publish(eventsOf("k", 5));
        eventually(() -> assertThat(undelivered(member)).isEqualTo(5));

        var delivered = member.requesting(3).await(3);
        eventually(() -> assertThat(undelivered(member)).isEqualTo(2));

        // Done out of order: the position stays, what was delivered does not come into it.
        member.accept(delivered.get(2));
        assertThat(undelivered(member)).isEqualTo(2);
    }

    private static long undelivered(TestMember member) {
        return member.lag().partitions().stream()
                .mapToLong(partition -> partition.undelivered().orElse(-1))
                .sum();
    }

    @Test
    void hasNoPartitionsBeforeItJoinedAndAfterItLeft() {
        var source = broker().source(new dev.sluice.broker.Subscription(topic(), kit().group("g"), Start.EARLIEST));
        assertThat(source.lag().partitions()).isEmpty();

        var member = kit().join(new TestMember(source, patience(), kit().calm()));
        member.awaitOwning(partitions());
        member.leave();

        eventually(() -> assertThat(source.lag().partitions()).isEmpty());
    }
}

package dev.sluice.broker.testkit;

import static dev.sluice.broker.testkit.BrokerContract.event;
import static dev.sluice.broker.testkit.BrokerContract.eventsOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.Start;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** {@link Delivery}: lent, and settled once. */
abstract class SettlingContract extends ContractPart {
    /** Five events of one key, so of one partition, lent to a member. */
    private TestMember memberWithFive() {
        kit().publish(eventsOf("k", 5));
        var member = join("g", Start.EARLIEST).requesting(5);
        member.await(5);
        return member;
    }

    private List<String> idsAfter(TestMember member, int count) {
        member.leave();
        return BrokerContract.idsOf(join("g", Start.EARLIEST).requestingAll().awaitNoMoreThan(count));
    }

    @Test
    void carriesWhereItCameFromAndWhatItHolds() {
        var published = event("1", "k");
        kit().publish(published);

        var delivery = join("g", Start.EARLIEST).requesting(1).await(1).get(0);

        assertThat(delivery.event().getId()).isEqualTo("1");
        assertThat(delivery.key()).isEqualTo("k");
        assertThat(delivery.partition()).isBetween(0, partitions() - 1);
        assertThat(delivery.offset()).isZero();
        assertThat(delivery.sizeBytes()).isGreaterThanOrEqualTo(published.sizeBytes());
    }

    @Test
    void movesThePositionWhenAccepted() {
        var member = memberWithFive();

        member.received().subList(0, 2).forEach(member::accept);

        eventually(() -> assertThat(position("g")).isEqualTo(2));
    }

    @Test
    void keepsThePositionAtTheLowestOpenOffset() {
        var member = memberWithFive();
        var lent = member.received();

        for (var index : List.of(0, 2, 3)) {
            member.accept(lent.get(index));
        }
        eventually(() -> assertThat(position("g")).isEqualTo(1));
        forAWhile(() -> assertThat(position("g")).isEqualTo(1));

        member.accept(lent.get(1));
        eventually(() -> assertThat(position("g")).isEqualTo(4));
    }

    @Test
    void doesNothingUntilTheAcceptIsSubscribed() {
        var member = memberWithFive();

        Mono<Void> accept = member.received().get(0).accept();

        forAWhile(() -> assertThat(position("g")).isZero());
        accept.block(patience());
        eventually(() -> assertThat(position("g")).isEqualTo(1));
    }

    @Test
    void acceptingTwiceHasTheEffectOfAcceptingOnce() {
        var member = memberWithFive();
        var first = member.received().get(0);
        var accept = first.accept();

        accept.block(patience());
        accept.block(patience());
        first.accept().block(patience());

        eventually(() -> assertThat(position("g")).isEqualTo(1));
        assertThat(idsAfter(member, 4)).containsExactly("k-1", "k-2", "k-3", "k-4");
    }

    @Test
    void acceptsFromAnyThreads() {
        kit().publish(eventsOf("k", 200));
        var lent = join("g", Start.EARLIEST).requesting(200).await(200);

        Flux.fromIterable(lent)
                .flatMap(delivery -> delivery.accept().subscribeOn(Schedulers.parallel()), 16)
                .blockLast(patience());

        eventually(() -> assertThat(position("g")).isEqualTo(200));
    }

    @Test
    void givesBackExactlyWhatIsOpenWhenTheMemberLeaves() {
        var member = memberWithFive();
        member.accept(member.received().get(1));
        member.accept(member.received().get(3));

        assertThat(idsAfter(member, 3)).containsExactly("k-0", "k-2", "k-4");
    }

    @Test
    void givesBackWhatIsReleased() {
        var member = memberWithFive();
        var lent = member.received();
        member.accept(lent.get(0));
        member.accept(lent.get(2));

        lent.get(1).release();
        lent.get(1).release();

        forAWhile(() -> assertThat(position("g")).isEqualTo(1));
        assertThat(idsAfter(member, 3)).containsExactly("k-1", "k-3", "k-4");
    }

    @Test
    void deliversAReleasedEventAgainToTheSameMember() {
        assumeTrue(kit().canRedeliverToTheSameMember(), "this broker redelivers when a partition is assigned anew");
        var member = memberWithFive();
        var lent = member.received();

        lent.get(3).release();
        lent.get(1).release();
        member.awaitNoMoreThan(5);
        member.requesting(10);

        var again = member.awaitNoMoreThan(7);
        assertThat(again.subList(5, 7)).extracting(Delivery::offset).containsExactlyInAnyOrder(1L, 3L);
        lent.get(1).accept().block(patience());
        again.forEach(member::accept);
        eventually(() -> assertThat(position("g")).isEqualTo(5));
    }

    @Test
    void releasingHasNoEffectOnceAccepted() {
        var member = memberWithFive();
        var first = member.received().get(0);
        member.accept(first);

        first.release();

        member.requesting(10);
        member.awaitNoMoreThan(5);
        assertThat(idsAfter(member, 4)).containsExactly("k-1", "k-2", "k-3", "k-4");
    }

    @Test
    void ignoresAReleasedDeliveryThatIsAcceptedTooLate() {
        var member = memberWithFive();
        var first = member.received().get(0);
        first.release();

        first.accept().onErrorComplete().block(patience());

        assertThat(idsAfter(member, 5)).contains("k-0");
    }

    @Test
    void ignoresDeliveriesOfAMemberThatLeft() {
        var member = memberWithFive();
        var lent = member.received();
        member.leave();

        lent.get(0).accept().onErrorComplete().block(patience());
        lent.get(1).release();

        var next = join("g", Start.EARLIEST).requestingAll();
        assertThat(BrokerContract.idsOf(next.awaitNoMoreThan(5))).containsExactly("k-0", "k-1", "k-2", "k-3", "k-4");
        lent.get(2).accept().onErrorComplete().block(patience());
        lent.get(3).release();
        next.awaitNoMoreThan(5);
        assertThat(position("g")).isZero();
    }

    @Test
    void deliversNothingMoreAfterCancel() {
        var member = memberWithFive();
        member.requesting(5);
        member.leave();

        kit().publish(eventsOf("k", 5, 10));

        member.awaitNoMoreThan(5);
    }
}

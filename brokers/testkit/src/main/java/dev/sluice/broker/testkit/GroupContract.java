package dev.sluice.broker.testkit;

import static dev.sluice.broker.testkit.BrokerContract.event;
import static dev.sluice.broker.testkit.BrokerContract.eventsOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Lag;
import dev.sluice.broker.Start;
import dev.sluice.cloudevents.WireEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@link dev.sluice.broker.Subscription}: what a group is, beyond its members. */
abstract class GroupContract extends ContractPart {
    private List<WireEvent> eventsOverKeys(int count) {
        var events = new ArrayList<WireEvent>();
        for (var i = 0; i < count; i++) {
            events.add(event("e" + i, "key" + i % 50));
        }
        return events;
    }

    @Test
    void startsWithTheOldestEventWhenEarliest() {
        kit().publish(eventsOf("k", 3));

        var member = join("g", Start.EARLIEST).requestingAll();

        assertThat(BrokerContract.idsOf(member.awaitNoMoreThan(3))).containsExactly("k-0", "k-1", "k-2");
    }

    @Test
    void startsWithWhatComesAfterItWhenLatest() {
        kit().publish(eventsOf("k", 3));
        var member = join("g", Start.LATEST).requestingAll().awaitOwning(partitions());
        eventually(() -> assertThat(member.lag().events()).hasValue(0));

        kit().publish(eventsOf("k", 3, 5));

        assertThat(BrokerContract.idsOf(member.awaitNoMoreThan(2))).containsExactly("k-3", "k-4");
    }

    @Test
    void keepsItsPositionWithoutMembersWhateverTheNextOneStartsWith() {
        kit().publish(eventsOf("k", 4));
        var first = join("g", Start.EARLIEST).requesting(2);
        first.await(2).forEach(first::accept);
        first.leave();
        kit().publish(eventsOf("k", 4, 6));

        var second = join("g", Start.LATEST).requestingAll();

        assertThat(BrokerContract.idsOf(second.awaitNoMoreThan(4))).containsExactly("k-2", "k-3", "k-4", "k-5");
    }

    @Test
    void isSeenFromOutsideWithItsLagEvenWithoutMembers() {
        kit().publish(eventsOf("k", 5));
        var member = join("g", Start.EARLIEST).requesting(2);
        member.await(2).forEach(member::accept);
        eventually(() -> assertThat(position("g")).isEqualTo(2));

        member.leave();

        eventually(() -> {
            var lags = status().groups();
            assertThat(lags).hasSize(1);
            assertThat(lags.get(0).group()).isEqualTo(kit().group("g"));
            assertThat(lags.get(0).partitions()).hasSize(partitions());
            assertThat(lags.get(0).events()).hasValue(3);
        });
    }

    @Test
    void readsAllOnItsOwnBesideOtherGroups() {
        var events = eventsOverKeys(100);
        var one = join("one", Start.EARLIEST).acceptingAll().requestingAll();
        var slow = join("slow", Start.EARLIEST).requesting(10);

        kit().publish(events);

        one.awaitNoMoreThan(100);
        slow.awaitNoMoreThan(10);
        eventually(() -> assertThat(position("one")).isEqualTo(100));
        assertThat(position("slow")).isZero();
    }

    @Test
    void replaysFromTheOldestEventWhatOthersAreDoneWith() {
        var events = eventsOverKeys(100);
        kit().publish(events);
        join("done", Start.EARLIEST).acceptingAll().requestingAll().await(100);
        eventually(() -> assertThat(position("done")).isEqualTo(100));

        var replay = join("replay", Start.EARLIEST).requestingAll();

        replay.awaitNoMoreThan(100);
        assertThat(new HashSet<>(replay.ids())).hasSize(100);
    }

    @Test
    void sharesThePartitionsAmongItsMembers() {
        var a = join("g", Start.EARLIEST).acceptingAll().requestingAll();
        a.awaitOwning(partitions());
        var b = join("g", Start.EARLIEST).acceptingAll().requestingAll();
        eventually(() -> {
            assertThat(b.owned()).hasSizeGreaterThanOrEqualTo(partitions() / 2);
            assertThat(a.owned().size() + b.owned().size()).isEqualTo(partitions());
            assertThat(a.owned()).doesNotContainAnyElementsOf(b.owned());
        });

        kit().publish(eventsOverKeys(200));

        eventually(() -> assertThat(a.ids().size() + b.ids().size()).isEqualTo(200));
        assertThat(Stream.concat(a.ids().stream(), b.ids().stream()).distinct()).hasSize(200);
        assertThat(a.received()).allMatch(delivery -> a.owned().contains(delivery.partition()));
        assertThat(b.received()).allMatch(delivery -> b.owned().contains(delivery.partition()));
    }

    @Test
    void handsAMembersPartitionsOnWhenItLeaves() {
        var a = join("g", Start.EARLIEST);
        a.awaitOwning(partitions());
        var b = join("g", Start.EARLIEST).requestingAll();
        eventually(() -> assertThat(b.owned()).hasSizeGreaterThanOrEqualTo(partitions() / 2));
        kit().publish(eventsOverKeys(200));
        eventually(() -> assertThat(b.received()).isNotEmpty());
        var settled = b.received().get(0);
        b.accept(settled);

        b.leave();

        a.awaitOwning(partitions()).requestingAll();
        a.awaitNoMoreThan(199);
        assertThat(a.ids()).doesNotContain(settled.event().getId());
        assertThat(new HashSet<>(a.ids())).hasSize(199);
    }

    @Test
    void letsMembersBeyondThePartitionsWaitForOne() {
        var members = new ArrayList<TestMember>();
        for (var m = 0; m <= partitions(); m++) {
            members.add(join("g", Start.EARLIEST).acceptingAll().requestingAll());
        }
        eventually(() -> {
            assertThat(members.stream()
                            .mapToInt(member -> member.owned().size())
                            .sum())
                    .isEqualTo(partitions());
            assertThat(members).allMatch(member -> member.owned().size() <= 1);
        });
        var idle = members.stream().filter(m -> m.owned().isEmpty()).findFirst().orElseThrow();
        var busy = members.stream().filter(m -> m != idle).findFirst().orElseThrow();

        busy.leave();

        idle.awaitOwning(1);
        kit().publish(eventsOverKeys(100));
        eventually(() -> assertThat(idle.received()).isNotEmpty());
    }

    @Test
    void losesNothingWhileMembersComeAndGo() {
        var total = 400;
        var all = new ArrayList<TestMember>();
        for (var round = 0; round < 8; round++) {
            all.add(join("g", Start.EARLIEST).acceptingAll().requestingAll());
            kit().publish(eventsOverKeys(total).subList(round * 50, round * 50 + 50));
            if (round % 2 == 1) {
                all.get(round - 1).leave();
            }
        }

        eventually(() -> assertThat(position("g")).isEqualTo(total));
        assertThat(all.stream().flatMap(member -> member.ids().stream()).distinct())
                .hasSize(total);
        assertThat(status().groups()).allMatch(lag -> lag.events().orElse(-1) == 0);
        assertThat(status().groups().get(0).partitions())
                .extracting(Lag.PartitionLag::known)
                .containsOnly(true);
    }
}

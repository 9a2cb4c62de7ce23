package dev.sluice.broker.testkit;

import static dev.sluice.broker.testkit.BrokerContract.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource.Revocation;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.cloudevents.WireEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Revocation}: how a partition changes hands. */
abstract class RevocationContract extends ContractPart {
    private List<WireEvent> eventsOnAllPartitions(int from, int to) {
        var events = new ArrayList<WireEvent>();
        for (var i = from; i < to; i++) {
            for (var key = 0; key < partitions() * 8; key++) {
                events.add(event("k" + key + "-" + i, "k" + key));
            }
        }
        return events;
    }

    /** A member that owns everything, has an event of each partition open, and answers no revocation by itself. */
    private TestMember holder() {
        var source = broker().source(new Subscription(topic(), kit().group("g"), Start.EARLIEST));
        var holder = kit().join(new TestMember(source, patience(), kit().calm()).keepingRevocations());
        kit().publish(eventsOnAllPartitions(0, 1));
        holder.awaitOwning(partitions()).requestingAll().await(partitions() * 8);
        return holder;
    }

    private static List<Integer> partitionsOf(TestMember member) {
        return member.revocations().stream().map(Revocation::partition).toList();
    }

    @Test
    void asksTheOwnerForWhatTheNewMemberIsToHave() {
        var holder = holder();

        join("g", Start.EARLIEST);

        eventually(() -> assertThat(holder.revocations()).hasSize(partitions() / 2));
        assertThat(partitionsOf(holder)).doesNotHaveDuplicates();
    }

    @Test
    void deliversARevokedPartitionToNobodyUntilItsOwnerIsDone() {
        var holder = holder();
        var next = join("g", Start.EARLIEST).requestingAll();
        eventually(() -> assertThat(holder.revocations()).isNotEmpty());
        var moving = partitionsOf(holder);

        kit().publish(eventsOnAllPartitions(1, 2));

        forAWhile(() -> assertThat(next.received()).isEmpty());
        assertThat(holder.received().subList(partitions() * 8, holder.received().size()))
                .noneMatch(delivery -> moving.contains(delivery.partition()));
    }

    @Test
    void movesPartitionsOnceTheirOwnerSettledAndIsDone() {
        var holder = holder();
        var next = join("g", Start.EARLIEST).requestingAll();
        eventually(() -> assertThat(holder.revocations()).hasSize(partitions() / 2));
        var moving = partitionsOf(holder);
        var open = openOf(holder, moving);
        kit().publish(eventsOnAllPartitions(1, 2));

        holder.accept(open.get(0));
        open.subList(1, open.size()).forEach(Delivery::release);
        holder.revocations().forEach(Revocation::done);
        holder.revocations().forEach(Revocation::done);

        var published = 2 * open.size();
        next.awaitNoMoreThan(published - 1);
        assertThat(next.received()).allMatch(delivery -> moving.contains(delivery.partition()));
        assertThat(next.ids()).doesNotContain(open.get(0).event().getId()).doesNotHaveDuplicates();
    }

    @Test
    void ignoresWhatTheFormerOwnerSettlesTooLate() {
        var holder = holder();
        var next = join("g", Start.EARLIEST).requestingAll();
        eventually(() -> assertThat(holder.revocations()).hasSize(partitions() / 2));
        var open = openOf(holder, partitionsOf(holder));
        open.forEach(Delivery::release);
        holder.revocations().forEach(Revocation::done);
        next.awaitNoMoreThan(open.size());

        open.forEach(delivery -> delivery.accept().onErrorComplete().block(patience()));

        forAWhile(() -> assertThat(position("g")).isZero());
        next.acceptAllReceived();
        eventually(() -> assertThat(position("g")).isEqualTo(open.size()));
    }

    private static List<Delivery> openOf(TestMember member, List<Integer> partitions) {
        return member.received().stream()
                .filter(delivery -> partitions.contains(delivery.partition()))
                .toList();
    }

    @Test
    void isDoneAtOnceWhenNobodyListens() {
        var owner = join("g", Start.EARLIEST).acceptingAll().requestingAll();
        owner.awaitOwning(partitions());
        kit().publish(eventsOnAllPartitions(0, 1));
        owner.await(partitions() * 8);

        var next = join("g", Start.EARLIEST);

        eventually(() -> assertThat(next.owned()).hasSize(partitions() / 2));
        assertThat(owner.owned()).hasSize(partitions() - partitions() / 2);
    }

    @Test
    void neverLetsTwoMembersHoldEventsOfOneKey() {
        var holder = holder();
        var next = join("g", Start.EARLIEST).requestingAll();
        eventually(() -> assertThat(holder.revocations()).hasSize(partitions() / 2));
        kit().publish(eventsOnAllPartitions(1, 2));

        holder.revocations().forEach(revocation -> {
            holder.received().stream()
                    .filter(delivery -> delivery.partition() == revocation.partition())
                    .forEach(holder::accept);
            revocation.done();
        });

        var moved = partitionsOf(holder);
        eventually(() -> assertThat(next.owned()).containsExactlyInAnyOrderElementsOf(moved));
        var toCome = status().partitions().stream()
                .filter(partition -> moved.contains(partition.partition()))
                .mapToLong(partition -> partition.end() / 2)
                .sum();
        next.awaitNoMoreThan((int) toCome);
        assertThat(next.received()).allMatch(delivery -> moved.contains(delivery.partition()));
        assertThat(next.ids()).allMatch(id -> id.endsWith("-1"));
    }
}

package dev.sluice.trigger.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.cloudevents.sql.Filters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What a group's triggers get of the reading that they share. */
class SharedFiltersTest {
    private static final Duration SOON = Duration.ofSeconds(2);

    private final FakeSource source = new FakeSource();
    private final TopicReading reading = new TopicReading(source);

    /** Records of the partition; their ids begin with its number. */
    private static EventFilter partition(int partition) {
        return Filters.compile(List.of(Map.of("prefix", Map.of("id", partition + "-"))));
    }

    private List<Holder> holders(EventFilter... filters) {
        var members = new ArrayList<EventSource>();
        for (var filter : filters) {
            members.add(reading.member("t" + members.size(), "t" + members.size(), filter));
        }
        return members.stream().map(Holder::of).toList();
    }

    @Test
    void deliversARecordOnlyToTheTriggersThatWantIt() {
        var members = List.of(
                reading.member("zero", "zero", partition(0)),
                reading.member("one", "one", partition(1)),
                reading.member("all", "all", EventFilter.PASS));
        var holders = members.stream().map(Holder::of).toList();
        holders.forEach(holder -> holder.request(10));

        var record = source.deliver(1, 7);

        assertThat(holders.get(0).held).isEmpty();
        StepVerifier.create(holders.get(1).only().accept()).expectComplete().verify(SOON);
        assertThat(record.accepts).hasValue(0);
        StepVerifier.create(holders.get(2).only().accept()).expectComplete().verify(SOON);
        assertThat(record.accepts).hasValue(1);
        assertThat(members).extracting(EventSource::skipped).containsExactly(1L, 0L, 0L);
    }

    @Test
    void givesWhatNoTriggerWantsToTheFirst() {
        var holders = holders(partition(0), partition(1));
        var first = holders.get(0);
        var second = holders.get(1);
        first.request(1);
        second.request(1);

        var record = source.deliver(2, 1);

        assertThat(second.held).isEmpty();
        StepVerifier.create(first.only().accept()).expectComplete().verify(SOON);
        assertThat(record.accepts).hasValue(1);
    }

    @Test
    void givesWhatIsNoEventToAll() {
        var audience = new Audience(List.of(partition(0), partition(1), partition(2)));
        var event = new FakeDelivery(1, 1).event();

        assertThat(audience.of(event)).containsExactly(1);
        assertThat(audience.of(RawEvent.of("orders", 1, 1, new byte[0], List.of(), new byte[] {1}, "no event")))
                .containsExactly(0, 1, 2);
    }

    @Test
    void givesBackTheShareOfATriggerThatLeaves() {
        var holders = holders(partition(0), partition(1), EventFilter.PASS);
        var first = holders.get(0);
        var second = holders.get(1);
        var third = holders.get(2);
        List.of(first, second, third).forEach(holder -> holder.request(10));
        var foreign = source.deliver(0, 1);
        var own = source.deliver(1, 1);

        second.cancel();
        List.of(first, third)
                .forEach(holder -> holder.held.forEach(share ->
                        StepVerifier.create(share.accept()).expectComplete().verify(SOON)));

        assertThat(foreign.accepts).hasValue(1);
        assertThat(own.accepts).hasValue(0);
        assertThat(own.releases).hasValue(1);
    }

    /** Each gets few and so asks seldom: what the others get must make room for it. */
    @Test
    void goesOnWithoutARequestAsLongAsEveryTriggerHasRoom() {
        var holders = holders(
                IntStream.range(0, 50).mapToObj(SharedFiltersTest::partition).toArray(EventFilter[]::new));
        holders.forEach(holder -> holder.request(8));

        for (var i = 0; i < 50 * 7; i++) {
            assertThat(source.requested.get()).as("asked for after " + i).isGreaterThan(i);
            source.deliver(i % 50, i);
        }
        assertThat(holders).allSatisfy(holder -> assertThat(holder.held).hasSize(7));
        assertThat(source.overlaps).hasValue(0);
    }

    /** Whoever gets what is still to come has room for all of it, whatever was asked for and came before. */
    @Test
    void neverAsksForMoreThanEveryTriggerHasRoomFor() {
        var random = new Random(7);
        var asked = new long[6];
        var holders = holders(IntStream.range(0, asked.length)
                .mapToObj(SharedFiltersTest::partition)
                .toArray(EventFilter[]::new));
        var came = 0L;
        for (var step = 0; step < 20_000; step++) {
            var trigger = random.nextInt(asked.length);
            if (source.requested.get() > came && random.nextInt(4) != 0) {
                source.deliver(trigger, came++);
            } else {
                var more = 1 + random.nextInt(9);
                asked[trigger] += more;
                holders.get(trigger).request(more);
            }
            for (var i = 0; i < asked.length; i++) {
                var room = asked[i] - holders.get(i).held.size();
                assertThat(source.requested.get() - came).isLessThanOrEqualTo(room);
            }
        }
        assertThat(came).isGreaterThan(5_000);
    }

    @Test
    void whatOneTriggerOfAHolderIsAskedForAllAre() {
        var members = List.of(
                reading.member("zero", "price", partition(0)),
                reading.member("other", "audit", EventFilter.PASS),
                reading.member("low", "price", Filters.compile(List.of(Map.of("prefix", Map.of("id", "0-1"))))),
                reading.member("one", "price", partition(1)));
        var holders = members.stream().map(Holder::of).toList();
        holders.get(3).request(3);
        assertThat(source.requested).hasValue(0);
        holders.get(1).request(9);
        assertThat(source.requested).hasValue(3);

        source.deliver(0, 1);
        source.deliver(1, 2);

        assertThat(holders.get(0).only().takesDemand()).isTrue();
        assertThat(holders.get(2).only().takesDemand()).isFalse();
        assertThat(holders.get(3).only().takesDemand()).isTrue();
        assertThat(holders.get(1).held).hasSize(2).allMatch(Delivery::takesDemand);
        holders.get(0).request(1);
        assertThat(source.requested).hasValue(4);
        assertThat(members.get(0).sharedDemand())
                .isSameAs(members.get(3).sharedDemand())
                .isNotSameAs(members.get(1).sharedDemand());
        // Ids are no types and no sources: any event may pass the three.
        assertThat(members.get(0).sharedDemand().deliveriesMax()).isEqualTo(3);
        assertThat(members.get(1).sharedDemand().deliveriesMax()).isEqualTo(1);
    }

    @Test
    void neverAsksForMoreThanEveryHolderHasRoomFor() {
        var random = new Random(11);
        var holders = new ArrayList<Holder>();
        var members = new ArrayList<EventSource>();
        for (var i = 0; i < 6; i++) {
            var filter = i == 5 ? EventFilter.PASS : partition(i / 2);
            members.add(reading.member("t" + i, "f" + i % 3, filter));
        }
        members.forEach(member -> holders.add(Holder.of(member)));
        var asked = new long[3];
        var taken = new long[3];
        var came = 0L;
        for (var step = 0; step < 20_000; step++) {
            if (source.requested.get() > came && random.nextInt(4) != 0) {
                source.deliver(random.nextInt(4), came++);
            } else {
                var trigger = random.nextInt(6);
                var more = 1 + random.nextInt(9);
                asked[trigger % 3] += more;
                holders.get(trigger).request(more);
            }
            for (var room = 0; room < 3; room++) {
                for (var trigger : List.of(holders.get(room), holders.get(room + 3))) {
                    taken[room] +=
                            trigger.held.stream().filter(Delivery::takesDemand).count();
                    trigger.held.clear();
                }
                assertThat(source.requested.get() - came).isLessThanOrEqualTo(asked[room] - taken[room]);
            }
        }
        assertThat(came).isGreaterThan(5_000);
    }

    @Test
    void beginsAnewWithWhatWasSkippedBefore() {
        var one = reading.member("zero", "zero", partition(0));
        var two = reading.member("one", "one", partition(1));
        for (var round = 1; round <= 2; round++) {
            var first = Holder.of(one);
            var second = Holder.of(two);
            first.request(2);
            second.request(5);
            assertThat(source.requested).hasValue(2);
            source.deliver(0, 1);
            assertThat(two.skipped()).isEqualTo(round);
            first.cancel();
            second.cancel();
        }
        assertThat(one.skipped()).isZero();
    }
}

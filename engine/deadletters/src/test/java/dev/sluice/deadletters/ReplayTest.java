package dev.sluice.deadletters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.StoredEvent;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.cloudevents.sql.Filters;
import dev.sluice.deadletters.JobStatus.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Events that go through a trigger again: what a job does with them, and how the source of them keeps account. */
@Timeout(60)
class ReplayTest {
    private static final EventFilter EVEN = Filters.compile(List.of(Map.of("suffix", Map.of("id", "2"))));

    private final DeskFixture fixture = new DeskFixture();
    private final FakeTrigger trigger = new FakeTrigger();

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Takes events by twos, and settles or holds them as the test says. */
    private static final class FakeTrigger implements ReplayOrder.Way, ReplayOrder.Passage {
        final Queue<Delivery> held = new ConcurrentLinkedQueue<>();
        final List<String> taken = new ArrayList<>();
        final AtomicLong delivered = new AtomicLong();
        volatile boolean holds;
        volatile String trouble = "";
        private final BaseSubscriber<Delivery> subscriber = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                request(2);
            }

            @Override
            protected void hookOnNext(Delivery delivery) {
                taken.add(delivery.event().getId());
                if (holds) {
                    held.add(delivery);
                } else {
                    settle(delivery);
                }
            }
        };

        private void settle(Delivery delivery) {
            delivered.incrementAndGet();
            delivery.accept().block();
            subscriber.request(1);
        }

        @Override
        public ReplayOrder.Passage open(EventSource source) {
            source.receive().subscribe(subscriber);
            return this;
        }

        @Override
        public ReplayOrder.Counts counts() {
            return new ReplayOrder.Counts(delivered.get(), 0, 0, 0, 0, 0);
        }

        @Override
        public String trouble() {
            return trouble;
        }

        @Override
        public Mono<Void> end(Duration grace) {
            return Mono.fromRunnable(this::leave);
        }

        void leave() {
            held.forEach(Delivery::release);
            subscriber.cancel();
        }
    }

    private void orders(int count) {
        for (var i = 0; i < count; i++) {
            var order = WireEvent.builder()
                    .id("o" + i)
                    .source("/shop")
                    .type("order")
                    .extension("partitionkey", "one")
                    .build();
            fixture.broker.sink("orders").publish(order, "one").block(DeskFixture.PATIENCE);
        }
    }

    private ReplayOrder order(EventFilter filter, EventFilter wanted, long limit, boolean dryRun) {
        return new ReplayOrder(
                new CompareOrder.Place(fixture.broker, "orders"),
                ReadRange.ALL,
                filter,
                "price-orders",
                wanted,
                "price",
                trigger,
                limit,
                dryRun);
    }

    /** Into another trigger of the function. */
    private ReplayOrder ofReturns() {
        return new ReplayOrder(
                new CompareOrder.Place(fixture.broker, "returns"),
                ReadRange.ALL,
                EventFilter.PASS,
                "price-returns",
                EventFilter.PASS,
                "price",
                trigger,
                1,
                false);
    }

    private ReplayOrder all() {
        return order(EventFilter.PASS, EventFilter.PASS, Long.MAX_VALUE, false);
    }

    private static Replayed replay(JobStatus status) {
        return Objects.requireNonNull(status.replay());
    }

    @Test
    void sendsAllOfTheRangeInOrderAndIsDoneOnceAllAreSettled() {
        orders(200);

        var status = fixture.ended(fixture.desk.replay(all()).id());

        assertThat(status.state()).as(status.error()).isEqualTo(State.DONE);
        assertThat(trigger.taken).hasSize(200).startsWith("o0", "o1", "o2").endsWith("o198", "o199");
        assertThat(status.done()).isEqualTo(200);
        assertThat(status.letters()).isEqualTo(200);
        assertThat(replay(status).delivered()).isEqualTo(200);
        assertThat(replay(status).next()).isEmpty();
        assertThat(trigger.subscriber.isDisposed()).as("the source is left").isTrue();
    }

    @Test
    void sendsNoMoreThanItsFilterAndItsLimitAllow() {
        orders(43);

        var status = fixture.ended(
                fixture.desk.replay(order(EVEN, EventFilter.PASS, 3, false)).id());

        assertThat(status.state()).as(status.error()).isEqualTo(State.DONE);
        assertThat(trigger.taken).containsExactly("o2", "o12", "o22");
        var partition = fixture.on("orders").get(0).partition();
        assertThat(replay(status).next()).containsExactly(partition + ":23");
    }

    @Test
    void tellsInADryRunWhatWouldRunAndOpensNothing() {
        orders(13);

        var status = fixture.ended(fixture.desk
                .replay(order(EventFilter.PASS, EVEN, Long.MAX_VALUE, true))
                .id());

        assertThat(status.done()).isEqualTo(2);
        assertThat(status.samples())
                .anySatisfy(sample -> assertThat(sample).endsWith(" o2 would go through trigger price-orders"));
        assertThat(trigger.taken).isEmpty();
    }

    @Test
    void passesOverWhatIsNoEvent() {
        orders(1);
        fixture.broker
                .sink("orders")
                .publish(
                        dev.sluice.cloudevents.RawEvent.of(
                                "orders", 0, 1, null, List.of(), new byte[] {1}, "it is none"),
                        "one")
                .block(DeskFixture.PATIENCE);

        var status = fixture.ended(fixture.desk.replay(all()).id());

        assertThat(trigger.taken).containsExactly("o0");
        assertThat(status.refusals()).containsOnlyKeys("undecodable: no function gets it");
    }

    @Test
    void asksForNoMoreWhileNothingIsSettledAndTellsWhereToGoOnWhenItIsCancelled() {
        orders(200);
        trigger.holds = true;
        var job = fixture.desk.replay(all()).id();
        await().atMost(DeskFixture.PATIENCE).until(() -> trigger.held.size() == 2);
        assertThatThrownBy(() -> fixture.desk.replay(ofReturns()))
                .isInstanceOf(DeadLetterDesk.Busy.class)
                .hasMessage("job " + job + " replays topic 'orders' into function 'price': wait for it, or cancel it");
        trigger.settle(trigger.held.remove());
        await().atMost(DeskFixture.PATIENCE).until(() -> trigger.held.size() == 2);

        fixture.desk.cancel(job);
        var status = fixture.ended(job);

        assertThat(status.state()).isEqualTo(State.CANCELLED);
        assertThat(trigger.taken).containsExactly("o0", "o1", "o2");
        assertThat(status.done()).isEqualTo(1);
        assertThat(replay(status).givenBack()).isEqualTo(2);
        var partition = fixture.on("orders").get(0).partition();
        assertThat(replay(status).next()).containsExactly(partition + ":1");
    }

    @Test
    void failsWithTheReasonWhenTheTriggerStops() {
        orders(3);
        trigger.holds = true;
        trigger.trouble = "a dead letter can't be stored: full";
        var job = fixture.desk.replay(all()).id();
        await().atMost(DeskFixture.PATIENCE).until(() -> trigger.held.size() == 2);

        trigger.leave();
        var status = fixture.ended(job);

        assertThat(status.state()).isEqualTo(State.FAILED);
        assertThat(status.error()).isEqualTo("a dead letter can't be stored: full");
    }

    private static StoredEvent stored(int partition, long offset) {
        var event = WireEvent.builder()
                .id(partition + ":" + offset)
                .source("/s")
                .type("t")
                .build();
        return new StoredEvent(partition, offset, Instant.EPOCH, null, event);
    }

    @Test
    void requestsNothingWhileAPartitionIsPausedAndAllOfItAfterwards() {
        var requested = new AtomicLong();
        var events = Flux.just(stored(0, 0), stored(0, 1), stored(1, 0)).doOnRequest(requested::addAndGet);
        var past = new PastEvents("orders", events, Long.MAX_VALUE, () -> {});

        StepVerifier.create(past.receive(), 1)
                .expectNextCount(1)
                .then(() -> past.pause(0))
                .thenRequest(2)
                .then(() -> assertThat(requested).hasValue(1))
                .then(() -> past.resume(0))
                .expectNextCount(2)
                .then(() -> assertThat(requested).hasValue(3))
                .thenCancel()
                .verify(DeskFixture.PATIENCE);
    }

    @Test
    void countsEachEventAsSettledOnceAndNamesTheFirstThatIsNot() {
        var settled = new AtomicLong();
        var past = new PastEvents(
                "orders",
                Flux.just(stored(0, 5), stored(0, 7), stored(1, 3)),
                Long.MAX_VALUE,
                settled::incrementAndGet);
        var lent = new ArrayList<Delivery>();
        past.receive().subscribe(lent::add);
        assertThat(past.next()).containsExactly("0:5", "1:3");

        lent.get(0).accept().block();
        lent.get(0).accept().block();
        lent.get(2).accept().block();
        assertThat(past.next()).containsExactly("0:7");
        assertThat(settled).hasValue(2);
        lent.get(1).accept().block();

        StepVerifier.create(past.ended()).expectComplete().verify(DeskFixture.PATIENCE);
        assertThat(past.next()).isEmpty();
    }

    @Test
    void namesWhereEachPartitionGoesOnBehindItsLimit() {
        var past = new PastEvents("orders", Flux.just(stored(0, 5), stored(1, 3), stored(0, 7)), 2, () -> {});
        var lent = new ArrayList<Delivery>();
        past.receive().subscribe(lent::add);
        lent.forEach(delivery -> delivery.accept().block());

        StepVerifier.create(past.ended()).expectComplete().verify(DeskFixture.PATIENCE);
        assertThat(past.next()).containsExactly("0:6", "1:4");
    }

    @Test
    void endsWithTheErrorOfItsReading() {
        var past = new PastEvents("orders", Flux.error(new IllegalStateException("gone")), 1, () -> {});
        past.receive().subscribe();

        StepVerifier.create(past.ended()).expectErrorMessage("gone").verify(DeskFixture.PATIENCE);
    }
}

package dev.sluice.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.TailEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;

/** What members and tails get of a memory broker beyond the contract of all brokers. */
class MemoryReadingTest {
    private static final int MANY = 100_000;

    private final MemoryFixture fixture = new MemoryFixture(MemoryFixture.limits(2_000));

    @Test
    void deliversOnTheThreadThatPublishes() {
        var threads = new ArrayList<Thread>();
        fixture.source("t", "g").receive().subscribe(delivery -> threads.add(Thread.currentThread()));

        fixture.sendAll("t", "1", "2");

        assertThat(threads).containsExactly(Thread.currentThread(), Thread.currentThread());
    }

    @Test
    void takesTheNextEventFromThePartitionThatHasTheNextTurn() {
        var four = new MemoryFixture(
                new MemoryLimits(4, 1, 10_000, 10_000_000, 10_000_000, 0, Duration.ofSeconds(1), 10_000));
        for (var i = 0; i < 400; i++) {
            four.send("t", MemoryFixture.event("e" + i, null, 0));
        }

        var reader = four.join("t", "g").requesting(40);

        for (var first = 0; first < 40; first += 4) {
            assertThat(reader.deliveries.subList(first, first + 4))
                    .extracting(Delivery::partition)
                    .containsExactlyInAnyOrder(0, 1, 2, 3);
        }
    }

    @Test
    void movesOnePartitionWhileItsOwnerStillHoldsAnother() {
        var four = new MemoryFixture(
                new MemoryLimits(4, 1, 10_000, 10_000_000, 10_000_000, 0, Duration.ofSeconds(1), 10_000));
        var source = four.source("t", "g");
        var revocations = new ArrayList<EventSource.Revocation>();
        source.revocations().subscribe(revocations::add);
        var owner = new MemoryFixture.Reader();
        source.receive().subscribe(owner);
        owner.requesting(100);
        for (var i = 0; i < 8; i++) {
            four.send("t", MemoryFixture.event("e" + i, null, 0));
        }
        var next = four.join("t", "g").requesting(100);
        var moving = revocations.get(0).partition();

        revocations.get(0).done();
        assertThat(next.deliveries).isEmpty();
        owner.deliveries.stream()
                .filter(delivery -> delivery.partition() == moving)
                .forEach(Delivery::release);

        assertThat(revocations).hasSize(2);
        assertThat(next.deliveries).hasSize(2).allMatch(delivery -> delivery.partition() == moving);
    }

    @Test
    void acknowledgesBeforeItDelivers() {
        var order = new ArrayList<String>();
        fixture.source("t", "g").receive().subscribe(delivery -> order.add("delivered"));

        fixture.broker
                .sink("t")
                .publish(MemoryFixture.event("1", "k", 0), null)
                .subscribe(nothing -> {}, error -> order.add("failed"), () -> order.add("stored"));

        assertThat(order).containsExactly("stored", "delivered");
    }

    @Test
    void doesNotGrowTheStackWhenEachDeliveryPublishesTheNext() {
        var seen = new AtomicInteger();
        var sink = fixture.broker.sink("t");
        fixture.source("t", "g").receive().subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(Delivery delivery) {
                if (seen.incrementAndGet() < MANY) {
                    sink.publish(delivery.event(), null).subscribe();
                }
                delivery.accept().subscribe();
                request(1);
            }
        });

        fixture.send("t", "1");

        assertThat(seen.get()).isEqualTo(MANY);
    }

    @Test
    void doesNotGrowTheStackWhenEachAcceptAdmitsASendThatPublishesTheNext() {
        var narrow = new MemoryFixture(MemoryFixture.limits(1));
        var sink = narrow.broker.sink("t");
        var seen = new AtomicInteger();
        narrow.source("t", "g").receive().subscribe(delivery -> {
            seen.incrementAndGet();
            delivery.accept().subscribe();
        });
        var sent = new AtomicInteger();
        Runnable next = new Runnable() {
            @Override
            public void run() {
                if (sent.incrementAndGet() < MANY / 100) {
                    sink.publish(MemoryFixture.event("1", "k", 0), null).subscribe(nothing -> {}, error -> {}, this);
                }
            }
        };

        next.run();

        assertThat(seen.get()).isEqualTo(MANY / 100 - 1);
    }

    @Test
    void shieldsThePublisherFromAReaderThatThrows() {
        var failures = new ArrayList<Throwable>();
        fixture.source("t", "g").receive().subscribe(new CoreSubscriber<Delivery>() {
            @Override
            public void onSubscribe(Subscription subscription) {
                subscription.request(10);
            }

            @Override
            public void onNext(Delivery delivery) {
                throw new AssertionError("broken reader");
            }

            @Override
            public void onError(Throwable failure) {
                failures.add(failure);
            }

            @Override
            public void onComplete() {
                failures.add(new AssertionError("completed"));
            }
        });

        var send = fixture.send("t", "1");

        assertThat(send.outcome).isEqualTo("stored");
        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessage("broken reader"));
        assertThat(fixture.join("t", "g").requesting(1).ids()).containsExactly("1");
    }

    @Test
    void refusesToPauseAPartitionThatIsNone() {
        var source = fixture.source("t", "g");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> source.pause(1))
                .withMessage("topic 't' has partitions 0 to 0, not 1");
        assertThatIllegalArgumentException().isThrownBy(() -> source.resume(-1));
    }

    @Test
    void takesAPartitionFromAnOwnerThatDoesNotAnswerForThirtySeconds() {
        var two =
                new MemoryFixture(new MemoryLimits(2, 1, 100, 1_000_000, 1_000_000, 0, Duration.ofSeconds(1), 10_000));
        var source = two.source("t", "g");
        var revocations = new ArrayList<EventSource.Revocation>();
        source.revocations().subscribe(revocations::add);
        var owner = new MemoryFixture.Reader();
        source.receive().subscribe(owner);
        owner.requesting(100);
        for (var key = 0; key < 16; key++) {
            two.send("t", MemoryFixture.event("e" + key, "key" + key, 0));
        }
        var next = two.join("t", "g").requesting(100);
        var moving = revocations.get(0).partition();

        two.time.advanceTimeBy(MemoryRevocation.WAIT.minusMillis(1));
        assertThat(next.ids()).isEmpty();
        two.time.advanceTimeBy(Duration.ofMillis(1));

        assertThat(revocations).hasSize(1);
        assertThat(next.deliveries).isNotEmpty().allMatch(delivery -> delivery.partition() == moving);
        owner.acceptAll();
        assertThat(two.status("t").groups().get(0).partitions().get(moving).position())
                .isZero();
        revocations.get(0).done();
        next.acceptAll();
        assertThat(two.status("t").groups().get(0).events()).hasValue(0);
    }

    @Test
    void leavesNoTimerBehindWhenAnOwnerAnswers() {
        var two =
                new MemoryFixture(new MemoryLimits(2, 1, 100, 1_000_000, 1_000_000, 0, Duration.ofSeconds(1), 10_000));
        two.join("t", "g");

        two.join("t", "g");

        assertThat(two.time.getScheduledTaskCount()).isZero();
    }

    @Test
    void skipsAllButTheLatestWhenAWatcherIsSlow() {
        var seen = new ArrayList<TailEvent>();
        var watcher = new BaseSubscriber<TailEvent>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(TailEvent event) {
                seen.add(event);
            }
        };
        fixture.broker.tail("t", Map.of()).subscribe(watcher);
        for (var i = 0; i < 1_000; i++) {
            fixture.send("t", "e" + i);
        }
        assertThat(seen).extracting(TailEvent::offset).containsExactly(0L);

        watcher.request(1);
        assertThat(seen.get(1).offset()).isEqualTo(1_000 - MemoryTail.BEHIND_MAX);
        watcher.requestUnbounded();
        assertThat(seen).hasSize(1 + MemoryTail.BEHIND_MAX);
        assertThat(seen.get(seen.size() - 1).offset()).isEqualTo(999);
    }

    @Test
    void catchesUpWithoutSkippingFromTheOffsetsSeen() {
        for (var i = 0; i < 1_000; i++) {
            fixture.send("t", "e" + i);
        }
        var seen = new ArrayList<Long>();

        fixture.broker.tail("t", Map.of(0, 99L)).subscribe(event -> seen.add(event.offset()));

        assertThat(seen).hasSize(900).startsWith(100L).endsWith(999L);
    }

    @Test
    void watchesFromTheEndWhenTheOffsetsSeenAreBeyondIt() {
        fixture.sendAll("t", "1", "2");
        var seen = new ArrayList<String>();
        fixture.broker
                .tail("t", Map.of(0, 7_000L, 9, 1L))
                .subscribe(event -> seen.add(event.event().getId()));

        fixture.sendAll("t", "3");

        assertThat(seen).containsExactly("3");
    }

    @Test
    void countsWhatItDoes() {
        var reader = fixture.join("t", "g").requesting(10);
        fixture.sendAll("t", "1", "2", "3");
        reader.accept(0);
        reader.deliveries.get(1).release();
        reader.deliveries.get(2).accept().subscribe();

        assertThat(fixture.meter("sluice.broker.memory.published", "topic", "t"))
                .isEqualTo(3);
        assertThat(fixture.meter("sluice.broker.memory.delivered", "group", "g"))
                .isEqualTo(4);
        assertThat(fixture.meter("sluice.broker.memory.accepted", "group", "g")).isEqualTo(2);
        assertThat(fixture.meter("sluice.broker.memory.released", "group", "g")).isEqualTo(1);
    }

    @Test
    void registersTheMetersItListsAndRemovesThemWhenClosed() {
        fixture.join("t", "g");

        var listed = MemoryBroker.meters();

        assertThat(fixture.registry.getMeters()).allSatisfy(meter -> {
            var row = listed.stream()
                    .filter(info -> info.name().equals(meter.getId().getName()))
                    .findFirst()
                    .orElseThrow();
            assertThat(meter.getId().getType().name()).isEqualToIgnoringCase(row.type());
            assertThat(meter.getId().getBaseUnit()).isEqualTo(row.unit());
            assertThat(meter.getId().getTags())
                    .extracting(tag -> tag.getKey())
                    .containsExactlyInAnyOrderElementsOf(with("broker", row.tags()));
        });
        assertThat(fixture.registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .containsAll(listed.stream().map(MemoryBroker.MeterInfo::name).toList());
        fixture.broker.close().block();
        assertThat(fixture.registry.getMeters()).isEmpty();
    }

    private static List<String> with(String first, List<String> others) {
        var all = new ArrayList<>(others);
        all.add(first);
        return all;
    }
}

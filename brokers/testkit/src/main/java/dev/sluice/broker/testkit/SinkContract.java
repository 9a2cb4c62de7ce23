package dev.sluice.broker.testkit;

import static dev.sluice.broker.testkit.BrokerContract.event;
import static dev.sluice.broker.testkit.BrokerContract.eventsOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Start;
import dev.sluice.cloudevents.WireEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** {@link dev.sluice.broker.EventSink}: the way onto a topic. */
abstract class SinkContract extends ContractPart {
    @Test
    void completesOnceTheBrokerHasTheEvent() {
        StepVerifier.create(broker().sink(topic()).publish(event("1", "k"), null))
                .expectComplete()
                .verify(patience());

        assertThat(status().partitions().stream().mapToLong(p -> p.end()).sum()).isEqualTo(1);
    }

    @Test
    void storesNothingUntilSubscribed() {
        Mono<Void> publish = broker().sink(topic()).publish(event("1", "k"), null);

        forAWhile(() -> assertThat(status().events()).isZero());
        publish.block(patience());
        assertThat(status().events()).isEqualTo(1);
    }

    @Test
    void createsTheTopicOnFirstUse() {
        var unknown = "contract-" + UUID.randomUUID();

        broker().sink(unknown).publish(event("1", "k"), null).block(patience());

        assertThat(status(unknown).partitions()).hasSize(partitions());
        assertThat(status(unknown).events()).isEqualTo(1);
    }

    @Test
    void saysWhichTopicItLeadsTo() {
        assertThat(broker().sink(topic()).topic()).isEqualTo(topic());
    }

    @Test
    void deliversTheEventAsItWasPublished() {
        var published = WireEvent.builder(event("1", "k"))
                .subject("a subject, süß")
                .extension("number", 7)
                .extension("yes", true)
                .build();

        kit().publish(published);

        var received = join("g", Start.EARLIEST).requesting(1).await(1).get(0);
        assertThat(WireEvent.of(received.event())).isEqualTo(published);
    }

    @Test
    void keepsTheOrderInWhichOneThreadSubscribed() throws Exception {
        var events = new ArrayList<WireEvent>();
        for (var i = 0; i < 500; i++) {
            var key = "key" + i % 7;
            events.add(event(key + "-" + i, key));
        }
        var sink = broker().sink(topic());
        var acknowledged = new CountDownLatch(events.size());

        events.forEach(event -> sink.publish(event, null).subscribe(null, null, acknowledged::countDown));

        assertThat(acknowledged.await(patience().toMillis(), TimeUnit.MILLISECONDS))
                .isTrue();
        var member = join("g", Start.EARLIEST).requestingAll();
        member.await(events.size());
        for (var key : List.of("key0", "key3", "key6")) {
            var sent = events.stream()
                    .map(WireEvent::getId)
                    .filter(id -> id.startsWith(key + "-"))
                    .toList();
            var got =
                    member.ids().stream().filter(id -> id.startsWith(key + "-")).toList();
            assertThat(got).isEqualTo(sent);
        }
    }

    @Test
    void putsEventsOfOneKeyIntoOnePartition() {
        kit().publish(eventsOf("a", 20));
        kit().publish(eventsOf("b", 20));

        var received = join("g", Start.EARLIEST).requestingAll().await(40);
        for (var key : List.of("a", "b")) {
            assertThat(received.stream()
                            .filter(delivery -> key.equals(delivery.key()))
                            .map(delivery -> delivery.partition())
                            .distinct())
                    .hasSize(1);
        }
    }

    @Test
    void usesTheRecordKeyThenThePartitionkeyThenNone() {
        var sink = broker().sink(topic());
        sink.publish(event("1", "extension"), "record").block(patience());
        sink.publish(event("2", "extension"), null).block(patience());
        sink.publish(event("3", null), null).block(patience());

        var received = join("g", Start.EARLIEST).requesting(3).await(3);
        assertThat(received)
                .extracting(delivery -> delivery.event().getId() + " " + delivery.key())
                .containsExactlyInAnyOrder("1 record", "2 extension", "3 null");
    }

    @Test
    void refusesAnEventThatIsTooLargeAndStoresNothing() {
        var sink = broker().sink(topic());
        var tooLarge = WireEvent.builder(event("1", "k"))
                .data("application/octet-stream", new byte[sink.sizeMaxBytes() + 1])
                .build();

        StepVerifier.create(sink.publish(tooLarge, null))
                .expectErrorSatisfies(error -> {
                    assertThat(error).isInstanceOf(BrokerException.TooLarge.class);
                    assertThat(((BrokerException) error).transientFault()).isFalse();
                    assertThat(error).hasMessageContaining(topic());
                })
                .verify(patience());
        assertThat(status().events()).isZero();
    }

    @Test
    void takesAnEventThatIsJustSmallEnough() {
        var sink = broker().sink(topic());
        var large = WireEvent.builder(event("1", "k"))
                .data("application/octet-stream", new byte[sink.sizeMaxBytes() - 4_096])
                .build();

        sink.publish(large, null).block(patience());

        var received = join("g", Start.EARLIEST).requesting(1).await(1).get(0);
        assertThat(received.sizeBytes()).isGreaterThan(sink.sizeMaxBytes() - 4_096);
    }

    @Test
    void losesAndDoublesNothingWhenEightThreadsPublishTenThousandEvents() throws Exception {
        var threads = 8;
        var perThread = 1_250;
        var member = join("g", Start.EARLIEST).acceptingAll().requestingAll();
        var sink = broker().sink(topic());
        var done = new CountDownLatch(threads);
        var failures = new ArrayList<Throwable>();
        for (var t = 0; t < threads; t++) {
            var key = "thread" + t;
            new Thread(() -> Flux.fromIterable(eventsOf(key, perThread))
                            .flatMapSequential(event -> sink.publish(event, null), 64)
                            .doFinally(signal -> done.countDown())
                            .subscribe(nothing -> {}, error -> {
                                synchronized (failures) {
                                    failures.add(error);
                                }
                            }))
                    .start();
        }

        assertThat(done.await(patience().toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        assertThat(failures).isEmpty();
        var received = member.awaitNoMoreThan(threads * perThread);
        assertThat(new HashSet<>(member.ids())).hasSize(threads * perThread);
        for (var t = 0; t < threads; t++) {
            var key = "thread" + t;
            assertThat(received.stream()
                            .filter(delivery -> key.equals(delivery.key()))
                            .map(delivery -> delivery.event().getId()))
                    .containsExactlyElementsOf(eventsOf(key, perThread).stream()
                            .map(WireEvent::getId)
                            .toList());
        }
    }
}

package dev.sluice.trigger.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.Broker;
import dev.sluice.broker.Delivery;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.broker.memory.MemoryLimits;
import dev.sluice.cloudevents.sql.EventFilter;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two triggers of one group on a topic of a real broker. */
class WithMemoryBrokerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int EVENTS = 1_000;

    private final Broker broker = MemoryBroker.create("default", MemoryLimits.DEFAULT, new SimpleMeterRegistry());
    private final TopicReading reading =
            new TopicReading(broker.source(new Subscription("orders", "billing", Start.EARLIEST)));

    @AfterEach
    void close() {
        broker.close().block(PATIENCE);
    }

    private static void take(Delivery delivery, List<String> seen) {
        seen.add(delivery.event().getId());
        delivery.accept().subscribe();
    }

    @Test
    void deliversEveryEventToBothAndLeavesNoLag() {
        var price = reading.member("price", "price", EventFilter.PASS);
        var audit = reading.member("audit", "audit", EventFilter.PASS);
        var priced = new CopyOnWriteArrayList<String>();
        var audited = new CopyOnWriteArrayList<String>();
        var one = price.receive().limitRate(16).subscribe(delivery -> take(delivery, priced));
        var other = audit.receive().limitRate(64).subscribe(delivery -> take(delivery, audited));

        var sink = broker.sink("orders");
        for (var i = 0; i < EVENTS; i++) {
            var event = CloudEventBuilder.v1()
                    .withId("" + i)
                    .withSource(URI.create("/s"))
                    .withType("t")
                    .build();
            sink.publish(event, "key" + i % 7).block(PATIENCE);
        }

        await().atMost(PATIENCE).until(() -> priced.size() == EVENTS && audited.size() == EVENTS);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(price.lag().events()).isEqualTo(OptionalLong.of(0)));
        assertThat(priced)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, EVENTS).mapToObj(Integer::toString).toList());
        one.dispose();
        other.dispose();
    }
}

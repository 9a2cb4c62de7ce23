package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Delivery;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;

/** How a reading begins and ends, at a place where there is no Kafka. */
class ReadingTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private final KafkaSource source = new KafkaSource(
            new Subscription("t", "g", Start.EARLIEST),
            new SourceSettings(
                    "kafka",
                    Map.of("bootstrap.servers", "localhost:1"),
                    new KafkaRecords(),
                    null,
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(60)),
            VERTX,
            at -> new CompletableFuture<>(),
            new SimpleMeterRegistry());

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    private static final class Silent extends BaseSubscriber<Delivery> {}

    @Test
    void endsOnceAndForAllThoughItIsCancelledWhileItBegins() {
        for (var i = 0; i < 50; i++) {
            var reader = new Silent();
            var reading = source.enter(reader);
            reader.onSubscribe(reading.member);
            var go = new CountDownLatch(1);
            var begun = CompletableFuture.runAsync(() -> {
                await(go);
                reading.begin();
            });
            var cancelled = CompletableFuture.runAsync(() -> {
                await(go);
                reading.member.cancel();
            });
            go.countDown();

            assertThatCode(() -> CompletableFuture.allOf(begun, cancelled).join())
                    .doesNotThrowAnyException();
            reading.whenClosed().block(PATIENCE);
            Awaitility.await().atMost(PATIENCE).until(source::isFree);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tellsAReaderThatItsSourceWasClosedOnlyOnceItHasItsSubscription() {
        var reader = new LoopFixture.Reader();
        var reading = source.enter(reader);
        source.close(new BrokerException.Unavailable("kafka", "closed", null)).subscribe();
        assertThat(reader.failure).isNull();

        reader.onSubscribe(reading.member);
        reading.begin();

        assertThat(reader.failure).isInstanceOf(BrokerException.Unavailable.class);
        reading.whenClosed().block(PATIENCE);
    }
}

package dev.sluice.server.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.broker.EventSink;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.engine.journal.JournalOptions;
import io.cloudevents.CloudEvent;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

/** What a way in tells the journal, from many threads. */
@Timeout(20)
class RecordedSinkTest {
    private final Journal journal = new Journal(JournalOptions.defaults());
    private final RecordedSink sink = new RecordedSink(
            new EventSink() {
                @Override
                public String topic() {
                    return "orders";
                }

                @Override
                public int sizeMaxBytes() {
                    return 1 << 20;
                }

                @Override
                public Mono<Void> publish(CloudEvent event, @Nullable String key) {
                    return Mono.empty();
                }
            },
            journal);

    @Test
    void keepsNoPublisherWaitingForAnother() throws Exception {
        busy();
        var asked = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var threads = Executors.newSingleThreadExecutor();
        try {
            var slow =
                    threads.submit(() -> sink.publish(slow(asked, goOn), null).block());
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

            // Were this to wait for the other, it would do so for ever.
            sink.publish(event("fast"), null).block();

            goOn.countDown();
            slow.get(10, TimeUnit.SECONDS);
        } finally {
            goOn.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void tellsWhatWasStored() {
        sink.publish(event("one"), null).block();

        assertThat(journal.find(entry -> true))
                .extracting(JournalEntry::event, JournalEntry::source, JournalEntry::topic)
                .containsExactly(tuple("one", "/shop", "orders"));
    }

    /** More events than are chosen without a look at their ids. */
    private void busy() {
        IntStream.range(0, 60).forEach(i -> sink.publish(event("e" + i), null).block());
    }

    private static WireEvent event(String id) {
        return WireEvent.builder().id(id).source("/shop").type("t").build();
    }

    /** An event that takes its time to say its id. */
    private static CloudEvent slow(CountDownLatch asked, CountDownLatch goOn) {
        var event = event("slow");
        return (CloudEvent) Proxy.newProxyInstance(
                CloudEvent.class.getClassLoader(), new Class<?>[] {CloudEvent.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getId")) {
                        asked.countDown();
                        goOn.await();
                    }
                    return method.invoke(event, arguments);
                });
    }
}

package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.cloudevents.WireEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a send held is released however it ends; Netty's leak detector follows every buffer and logs those that are lost. */
class BufferReleaseTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int SENDS = 30;
    private static final WireEvent EVENT = WireEvent.builder()
            .id("1")
            .source("/s")
            .type("t")
            .data("text/plain", new byte[10_000])
            .build();

    private final FakeSink sink = new FakeSink();
    private final HttpEventClient client = HttpEventClient.builder()
            .limits(ClientLimits.DEFAULT.withAnswerBytes(20_000).withDeadline(Duration.ofMillis(400)))
            .addresses(AddressRules.PUBLIC.allowing("127.0.0.1"))
            .build();
    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    private final Logger leaks = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    private final ListAppender<ILoggingEvent> reports = new ListAppender<>();

    @BeforeEach
    void follow() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        reports.start();
        leaks.addAppender(reports);
    }

    @AfterEach
    void close() {
        leaks.detachAppender(reports);
        ResourceLeakDetector.setLevel(level);
        client.close().block(PATIENCE);
        sink.close();
    }

    @Test
    void releasesEveryBufferWhenSendsAreCancelledTimeOutPassTheLimitOrSucceed() {
        Flux<byte[]> pieces = Flux.range(0, 1_000).map(i -> new byte[500]);
        Flux<byte[]> dripping = Flux.interval(Duration.ofMillis(5)).map(i -> new byte[500]);
        sink.answering(FakeSink.Answer.of(200, "content-type", "application/cloudevents+json")
                .with(dripping));
        sends(i -> client.send(sink.uri(), EVENT).timeout(Duration.ofMillis(20 + i % 30), Mono.empty()));
        sends(i -> client.send(sink.uri(), EVENT));
        sink.answering(FakeSink.Answer.of(200, "content-type", "application/cloudevents+json")
                .with(pieces));
        sends(i -> client.send(sink.uri(), EVENT));
        sink.answering(FakeSink.Answer.of(200).with(pieces.take(3)));
        sends(i -> client.send(sink.uri(), EVENT));

        assertThat(reported()).isEmpty();
    }

    /** Else the test above would hold of anything. */
    @Test
    void theDetectorReportsABufferThatIsLost() {
        lose();

        await().atMost(PATIENCE).until(() -> !reported().isEmpty());
    }

    private static void lose() {
        ByteBuf lost = ByteBufAllocator.DEFAULT.directBuffer(64);
        assertThat(lost.refCnt()).isEqualTo(1);
    }

    private interface Send {
        Mono<SinkAnswer> make(int index);
    }

    private static void sends(Send send) {
        Flux.range(0, SENDS)
                .flatMap(i -> send.make(i).onErrorResume(SinkException.class, ended -> Mono.empty()), 20)
                .blockLast(PATIENCE);
    }

    /** What is lost is found when it is collected, and logged with the next allocation. */
    private List<String> reported() {
        for (int i = 0; i < 3; i++) {
            System.gc();
            for (int j = 0; j < 100; j++) {
                ByteBufAllocator.DEFAULT.directBuffer(64).release();
                ByteBufAllocator.DEFAULT.heapBuffer(64).release();
            }
        }
        return reports.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(text -> text.contains("LEAK"))
                .toList();
    }
}

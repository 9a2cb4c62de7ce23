package dev.sluice.broker.kafka;

import static dev.sluice.broker.kafka.SourceFixture.PATIENCE;
import static dev.sluice.broker.kafka.SourceFixture.eventually;
import static dev.sluice.broker.kafka.SourceFixture.forAWhile;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Start;
import dev.sluice.broker.kafka.SourceFixture.Reader;
import dev.sluice.broker.kafka.server.KafkaOptions;
import dev.sluice.broker.kafka.server.LocalKafka;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers that are cut off from the cluster until it takes them for dead, or for a moment at the wrong time. */
class KafkaLossTest {
    private static final String SESSION_MS = "1500";

    private static PausingProxy proxy;
    private static LocalKafka kafka;

    private SourceFixture fixture;

    @BeforeAll
    static void start() {
        proxy = new PausingProxy();
        kafka = LocalKafka.start(KafkaOptions.nodes(1)
                .with("group.consumer.session.timeout.ms", SESSION_MS)
                .advertisedAt(List.of(proxy.port())));
    }

    @AfterAll
    static void end() {
        proxy.close();
        kafka.close();
    }

    @BeforeEach
    void open() {
        proxy.leadTo(kafka.proxiedPort());
        fixture = new SourceFixture(kafka, 2, Map.of());
        fixture.with("reconnect.backoff.max.ms", "100");
    }

    @AfterEach
    void close() {
        proxy.keepAnswers(false);
        proxy.leadTo(kafka.proxiedPort());
        fixture.close();
    }

    private void use(String protocol) {
        if (protocol.equals("consumer")) {
            fixture.withNewProtocol();
        } else {
            fixture.with("session.timeout.ms", SESSION_MS);
        }
    }

    private Reader behindProxy() {
        fixture.with("bootstrap.servers", proxy.address());
        var reader = new Reader(fixture.source("g", Start.EARLIEST)).join();
        fixture.with("bootstrap.servers", kafka.bootstrapServers());
        return reader;
    }

    private double lost() {
        return fixture.counted("sluice.kafka.rebalances", "event", "lost");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void losesNothingWhenAReadersSessionEndsAndIgnoresWhatItIsDoneWithTooLate(String protocol) {
        use(protocol);
        fixture.send(0, "a", 0, 5);
        fixture.send(1, "b", 0, 5);
        var cutOff = behindProxy().requestingAll().await(10);
        var done = cutOff.received.stream()
                .filter(delivery -> delivery.event().getId().equals("a-0"))
                .findFirst()
                .orElseThrow();
        done.accept().block(PATIENCE);
        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(1));

        proxy.leadTo(0);
        var next = fixture.join("g").requestingAll().awaitOwning(2).await(9);
        assertThat(next.ids()).doesNotContain("a-0").doesNotHaveDuplicates();
        cutOff.received.forEach(delivery -> delivery.accept().block(PATIENCE));
        proxy.leadTo(kafka.proxiedPort());

        eventually(() -> assertThat(lost()).isEqualTo(1));
        forAWhile(() -> {
            assertThat(fixture.committed("g", 0)).isEqualTo(1);
            assertThat(fixture.committed("g", 1)).isZero();
        });
        for (var reader : List.of(next, cutOff)) {
            reader.accepting();
            reader.received.forEach(delivery -> delivery.accept().block(PATIENCE));
        }
        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(5));
        eventually(() -> assertThat(fixture.committed("g", 1)).isEqualTo(5));
        var seen = new HashSet<>(next.ids());
        seen.add("a-0");
        assertThat(seen).hasSize(10);
    }

    @Test
    void storesAPositionOnceThoughItIsToldThatTheCommitTimedOut() {
        fixture.with("request.timeout.ms", "1000")
                .with("default.api.timeout.ms", "1000")
                .with("session.timeout.ms", "20000");
        fixture.send(0, "a", 0, 5);
        var reader = behindProxy().requestingAll().await(5);
        proxy.keepAnswers(true);
        reader.accept(0);
        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(1));

        eventually(() ->
                assertThat(fixture.counted("sluice.kafka.commit.failures")).isPositive());
        proxy.keepAnswers(false);
        for (var index = 1; index < 4; index++) {
            reader.accept(index);
        }

        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(4));
        reader.awaitExactly(5).leave();
        assertThat(fixture.join("g").requestingAll().awaitExactly(1).ids()).containsExactly("a-4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void takesTheInstanceIdOfADeadReaderOnceItIsFree(String protocol) {
        use(protocol);
        fixture.instanceId = "one";
        fixture.send(0, "a", 0, 3);
        var dead = behindProxy().requestingAll().await(3);
        dead.accept(0);
        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(1));

        proxy.leadTo(0);
        var next = fixture.join("g").requestingAll().awaitOwning(2).awaitExactly(2);

        assertThat(next.ids()).containsExactly("a-1", "a-2");
    }
}

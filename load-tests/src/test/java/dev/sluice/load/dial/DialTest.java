package dev.sluice.load.dial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

class DialTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private Dial measuring;
    private Dial measured;

    @BeforeEach
    void share() throws Exception {
        measuring = Dial.create(folder.resolve("dial"), 2);
        measured = Dial.watch(folder.resolve("dial"));
    }

    @Test
    void countsOfOneSideAreSeenByTheOther() {
        measured.add(3);
        measured.add(500);
        measured.took(7_000);

        assertThat(measuring.count()).isEqualTo(503);
        assertThat(measuring.tookNanos()).isEqualTo(7_000);
    }

    @Test
    void keepsLatenciesInTheirOrderAsFarAsThereIsRoom() {
        measured.latency(20_500_000);
        measured.latency(1_999);
        measured.latency(9_000_000);

        assertThat(measuring.latencies()).isEqualTo(2);
        assertThat(measuring.latencyMicros(0)).isEqualTo(20_500);
        assertThat(measuring.latencyMicros(1)).isEqualTo(1);
    }

    @Test
    void gateIsSeenToOpenAndToShut() {
        assertThat(measured.isOpen()).isFalse();

        measuring.open();
        await().atMost(LONG).until(measured::isOpen);
        measuring.shut();

        await().atMost(LONG).until(() -> !measured.isOpen());
    }

    @Test
    void whoWaitsForTheGateGoesOnWhenItOpens() throws Exception {
        var waiting = measured.whenOpen().thenReturn("open").toFuture();

        measuring.open();

        assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("open");
        assertThat(measured.awaitOpen()).isTrue();
    }

    @Test
    void whoComesAfterTheGateWasShutIsTold() throws Exception {
        measuring.shut();

        assertThat(measured.awaitOpen()).isFalse();
        assertThat(measured.whenOpen()).isSameAs(Mono.never());
    }
}

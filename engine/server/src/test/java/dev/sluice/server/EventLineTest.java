package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.WireEvent;
import java.time.LocalTime;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

class EventLineTest {
    private static final LocalTime NOON = LocalTime.NOON;
    private final EventLine plain = new EventLine(Ansi.OFF, 8);

    @Test
    void showsTimeTopicTypeIdAndData() {
        var event = event().data("{\"a\":1}").build();

        assertThat(plain.event(NOON, "orders", event))
                .isEqualTo("12:00:00.000  orders    com.acme.order              1  {\"a\":1}");
    }

    @Test
    void showsWhyADeadLetterIsOneInstead() {
        var event = event().data("{\"a\":1}")
                .extension("dlreason", "rejected")
                .extension("dlattempts", "1")
                .extension("dlerror", "Rejected: no customer")
                .build();

        assertThat(plain.event(NOON, "orders.dlq", event))
                .endsWith("1  rejected after 1: Rejected: no customer")
                .doesNotContain("{");
    }

    @Test
    void coloursOnlyWhenTold() {
        assertThat(plain.event(NOON, "t", event().build())).doesNotContain("\u001b");
        assertThat(new EventLine(Ansi.ON, 8).event(NOON, "t", event().build())).contains("\u001b[36m");
    }

    @Test
    void letsNoDataReachTheTerminalsControls() {
        var event = event().data("a\n\u001b[2J\u202Eb" + "x".repeat(500)).build();

        assertThat(plain.event(NOON, "t", event))
                .doesNotContain("\n")
                .doesNotContain("\u001b")
                .doesNotContain("\u202E")
                .hasSizeLessThan(250)
                .endsWith("…");
    }

    private static WireEvent.Builder event() {
        return WireEvent.builder().id("1").source("/s").type("com.acme.order");
    }
}

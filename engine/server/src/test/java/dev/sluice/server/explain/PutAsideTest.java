package dev.sluice.server.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Start;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.broker.memory.MemoryLimits;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.engine.TriggerStatus;
import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.journal.JournalOptions;
import dev.sluice.engine.journal.Stage;
import dev.sluice.server.explain.Explanation.Outcome;
import dev.sluice.server.manifest.TriggerManifest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

/** What is said of an event that was put aside once, and may have come again. */
@Timeout(20)
class PutAsideTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final MemoryBroker broker = MemoryBroker.create("default", MemoryLimits.DEFAULT, new SimpleMeterRegistry());
    private final Journal journal = new Journal(JournalOptions.defaults());
    private final TriggerManifest trigger = ExplainerTest.trigger("price-orders", Start.EARLIEST);
    private @Nullable TriggerStatus status;
    private String mark = "OPEN";

    private final Explainer explainer = new Explainer(
            () -> "a",
            journal,
            event -> Mono.just(List.of()),
            List.of(trigger),
            () -> Stream.ofNullable(status).toList(),
            name -> broker,
            (topic, partition, offset) -> Mono.just(mark));

    @AfterEach
    void close() {
        broker.close().block(PATIENCE);
    }

    @Test
    void saysThatARedrivenEventWasDeliveredAndWhatWasBefore() {
        dies(0);
        add(5, Stage.RECEIVED, "", 0);
        add(5, Stage.ENDED, "", 2);
        add(5, Stage.ACCEPTED, "", 0);

        var told = explainer.explain(trigger, "order-0", null);

        assertThat(told.outcome()).isEqualTo(Outcome.DELIVERED);
        assertThat(told.sentence())
                .isEqualTo(
                        "order-0 was delivered to price-orders: try 1 on instance 1 of node a took 0.0 ms, 2 answers,"
                                + " whose ids are not kept; before that, at partition 0, offset 0, it was not delivered to"
                                + " price-orders: it was put aside on orders.dlq after 1 try, rejected, X: no");
    }

    @Test
    void doesNotSayThatAnEventIsStillPutAsideWhichCameAgainUnseen() {
        dies(0);
        publish("orders", event().extension("dlredrives", 1).build());
        publish("orders", event().extension("dlredrives", 1).build());
        status = ExplainerTest.status(2, 2, 0, 0, "");

        var told = explainer.explain(trigger, "order-0", null);

        assertThat(told.outcome()).isEqualTo(Outcome.TAKEN_OFF);
        assertThat(told.sentence())
                .startsWith("order-0 was settled by price-orders: it stands on orders, partition ")
                .endsWith("; before that, at partition 0, offset 0, it was not delivered to price-orders: it was put"
                        + " aside on orders.dlq after 1 try, rejected, X: no");
    }

    @Test
    void saysWhatBecameOfTheLetter() {
        dies(0);
        publish("orders.dlq", ExplainerTest.letterOf("order-0", "price-orders", 0, 0));
        assertThat(explainer.explain(trigger, "order-0", null).sentence()).endsWith("rejected, X: no");

        mark = "REDRIVEN";
        assertThat(explainer.explain(trigger, "order-0", null).sentence())
                .endsWith("rejected, X: no; the letter was redriven since");
        mark = "DISCARDED";
        assertThat(explainer.explain(trigger, "order-0", null).sentence())
                .endsWith("rejected, X: no; the letter was discarded since");
    }

    @Test
    void takesALetterForThatOfTheEventItNamesAlone() {
        publish("orders", event().build());
        publish("orders", event().build());
        publish(
                "orders.dlq",
                ExplainerTest.letterOf("order-0", "price-orders", ExplainerTest.partitionOf(broker, "order-0"), 0));
        status = ExplainerTest.status(2, 2, 0, 0, "");
        assertThat(explainer.explain(trigger, "order-0", null).outcome()).isEqualTo(Outcome.TAKEN_OFF);

        publish(
                "orders.dlq",
                ExplainerTest.letterOf("order-0", "price-orders", ExplainerTest.partitionOf(broker, "order-0"), 1));
        assertThat(explainer.explain(trigger, "order-0", null).outcome()).isEqualTo(Outcome.DEAD_LETTERED);
    }

    private void dies(long offset) {
        add(offset, Stage.RECEIVED, "", -1);
        add(offset, Stage.GIVEN_UP, "rejected, X: no", -1);
        add(offset, Stage.DEAD_LETTERED, "orders.dlq", -1);
        add(offset, Stage.ACCEPTED, "", -1);
    }

    private void add(long offset, Stage stage, String text, int answers) {
        ExplainerTest.add(journal, 0, offset, stage, text, answers);
    }

    private void publish(String topic, WireEvent event) {
        broker.sink(topic).publish(event, "ada").block(PATIENCE);
    }

    private static WireEvent.Builder event() {
        return WireEvent.builder().id("order-0").source("/shop").type("com.acme.x");
    }
}

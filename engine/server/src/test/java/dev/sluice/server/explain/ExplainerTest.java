package dev.sluice.server.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Lag;
import dev.sluice.broker.Lag.PartitionLag;
import dev.sluice.broker.Ordering;
import dev.sluice.broker.Start;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.broker.memory.MemoryLimits;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.Filters;
import dev.sluice.engine.DeliveryPolicy;
import dev.sluice.engine.TriggerLimits;
import dev.sluice.engine.TriggerStatus;
import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.engine.journal.JournalOptions;
import dev.sluice.engine.journal.Stage;
import dev.sluice.server.explain.Explanation.Outcome;
import dev.sluice.server.manifest.Place;
import dev.sluice.server.manifest.TopicRef;
import dev.sluice.server.manifest.TriggerManifest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

/** What is said of events of which the engine itself knows nothing: topic, position and dead letters are asked. */
@Timeout(20)
class ExplainerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int PARTITIONS = MemoryLimits.DEFAULT.partitions();

    private final MemoryBroker broker = MemoryBroker.create("default", MemoryLimits.DEFAULT, new SimpleMeterRegistry());
    private final Journal journal = new Journal(JournalOptions.defaults());
    private final TriggerManifest trigger = trigger("price-orders");
    private @Nullable TriggerStatus status;

    private final Explainer explainer = new Explainer(
            () -> "a",
            journal,
            event -> Mono.just(List.of()),
            List.of(trigger),
            () -> Stream.ofNullable(status).toList(),
            name -> broker);

    @AfterEach
    void close() {
        broker.close().block(PATIENCE);
    }

    @Test
    void saysThatAnEventIsNotFetchedYetAndWhatHoldsTheTrigger() {
        for (var i = 0; i < 3; i++) {
            publish("orders", event("order-" + i, "/shop", "com.acme.x").build());
        }
        status = status(0, 1, "partition 0 is paused");

        var told = explainer.explain(trigger, "order-2", null);

        assertThat(told.outcome()).isEqualTo(Outcome.NOT_FETCHED);
        assertThat(told.sentence())
                .matches(
                        "order-2 was not fetched yet by price-orders: it stands on orders, partition \\d, offset 2, with"
                                + " 1 event before it that are not fetched either; partition 0 is paused");
    }

    @Test
    void saysThatAnEventWasSettledWhenItIsBehindWhatIsFetchedAndNotOpen() {
        publish("orders", event("order-0", "/shop", "com.acme.x").build());
        status = status(1, 1, "");

        var told = explainer.explain(trigger, "order-0", null);

        assertThat(told.outcome()).isEqualTo(Outcome.TAKEN_OFF);
        assertThat(told.facts()).contains("found among the 1 events of orders", "not among the 0 events of orders.dlq");
    }

    @Test
    void saysThatAnotherNodeReadsThePartition() {
        publish("orders", event("order-0", "/shop", "com.acme.x").build());

        assertThat(explainer.explain(trigger, "order-0", null).sentence())
                .matches("order-0 stands on orders, partition \\d, offset 0, which this node does not read for"
                        + " price-orders: ask the node that does");
    }

    @Test
    void asksTheFilterOnceMore() {
        publish("orders", event("order-0", "/shop", "org.x").build());

        var told = explainer.explain(trigger, "order-0", null);

        assertThat(told.outcome()).isEqualTo(Outcome.FILTERED);
        assertThat(told.sentence())
                .isEqualTo(
                        "order-0 was not delivered to price-orders: its filter type starts with \"com.acme.\" did not"
                                + " match: type is \"org.x\"");
    }

    @Test
    void findsADeadLetterOfThisTriggerOnly() {
        publish("orders.dlq", letter("order-0", "other"));
        assertThat(explainer.explain(trigger, "order-0", null).outcome()).isEqualTo(Outcome.UNKNOWN);

        publish("orders.dlq", letter("order-0", "price-orders"));
        assertThat(explainer.explain(trigger, "order-0", null).sentence())
                .matches(
                        "order-0 was not delivered to price-orders: it was put aside on orders.dlq, partition \\d, offset"
                                + " \\d, after 6 tries, exhausted, X: no");
    }

    @Test
    void tellsEventsOfOneIdApartByTheirSources() {
        publish("orders", event("order-0", "/shop/a", "org.a").build());
        publish("orders", event("order-0", "/shop/b", "org.b").build());
        add("order-0", "/shop/a", Stage.RELEASED, "the engine is stopping");

        assertThat(explainer.explain(trigger, "order-0", "/shop/a").outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(explainer.explain(trigger, "order-0", "/shop/b").sentence()).endsWith("type is \"org.b\"");
        assertThat(explainer.explain(trigger, "order-0", "/shop/c").outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void goesOnToTheTopicWhenTheJournalKnowsNoEnd() {
        publish("orders", event("order-0", "/shop", "com.acme.x").build());
        add("order-0", "/shop", Stage.FAILED, "X: no");
        status = status(1, 1, "");

        var told = explainer.explain(trigger, "order-0", null);

        assertThat(told.outcome()).isEqualTo(Outcome.TAKEN_OFF);
        assertThat(told.facts().get(0)).endsWith("failed: X: no");
    }

    @Test
    void looksAtTheNewestEventsOfALongTopicOnly() {
        broker.ensureTopic("orders").block(PATIENCE);
        var sink = broker.sink("orders");
        // All of one key, and so on one partition, whose share is a quarter.
        var share = TopicSearch.EVENTS_MAX / PARTITIONS;
        IntStream.range(0, share + 10)
                .forEach(i -> sink.publish(event("order-" + i, "/shop", "org.x").build(), "ada")
                        .block(PATIENCE));

        assertThat(explainer.explain(trigger, "order-5", null).sentence())
                .startsWith("nothing is known of order-5 at price-orders on node a: not among the newest " + share
                        + " events of orders, ");
        assertThat(explainer.explain(trigger, "order-10", null).outcome()).isEqualTo(Outcome.FILTERED);
    }

    @Test
    void saysThatATopicCannotBeRead() {
        broker.close().block(PATIENCE);

        assertThat(explainer.explain(trigger, "order-0", null).outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void followsAnswersOfAnswersAndWhatNamesItsCause() {
        add("e", "/s", Stage.ANSWERED, "", "e:t:1");
        add("e:t:1", "/t", Stage.ANSWERED, "", "e:t:1:u:1");
        add("e:t:1:u:1", "/u", Stage.RECEIVED, "", "e:t:1");
        add("apart", "/v", Stage.RECEIVED, "", "e");
        // A circle must come to an end.
        add("e:t:1:u:1", "/u", Stage.ANSWERED, "", "e");

        var trace = explainer.trace("e", null);

        assertThat(trace.hops()).hasSize(2);
        assertThat(trace.hops().get(0).answers()).extracting(Trace::event).containsExactly("e:t:1");
        assertThat(trace.hops().get(0).answers().get(0).hops().get(0).answers())
                .extracting(Trace::event)
                .containsExactly("e:t:1:u:1");
        assertThat(trace.hops().get(1).answers()).extracting(Trace::event).containsExactly("apart");
        assertThat(explainer.trace("apart", null).causes()).containsExactly("e");
        assertThat(explainer.trace("none", null).hops()).isEmpty();
    }

    private void add(String event, String source, Stage stage, String text) {
        add(event, source, stage, text, "");
    }

    private void add(String event, String source, Stage stage, String text, String other) {
        journal.add(
                new JournalEntry(
                        journal.nextSequence(),
                        0,
                        stage,
                        event,
                        source,
                        "price",
                        "price-orders",
                        "orders",
                        0,
                        0,
                        1,
                        1,
                        0,
                        0,
                        other,
                        text),
                false);
    }

    private void publish(String topic, WireEvent event) {
        broker.sink(topic).publish(event, "ada").block(PATIENCE);
    }

    private static WireEvent.Builder event(String id, String source, String type) {
        return WireEvent.builder().id(id).source(source).type(type);
    }

    private static WireEvent letter(String id, String trigger) {
        return event(id, "/shop", "com.acme.x")
                .extension("dltrigger", trigger)
                .extension("dlreason", "exhausted")
                .extension("dlattempts", 6)
                .extension("dlerror", "X: no")
                .build();
    }

    private static TriggerManifest trigger(String name) {
        return new TriggerManifest(
                new Place("sluice.yaml", 1, 1),
                name,
                "price",
                new TriggerManifest.Reading(new TopicRef("default", "orders"), name, Start.EARLIEST, Ordering.KEY),
                null,
                null,
                Filters.compile(List.of(Map.of("prefix", Map.of("type", "com.acme.")))),
                new TriggerManifest.Answers(List.of(), "t", "/s"),
                DeliveryPolicy.DEFAULT,
                new TopicRef("default", "orders.dlq"),
                1,
                TriggerLimits.NONE);
    }

    private static TriggerStatus status(long position, long next, String detail) {
        var lags = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new PartitionLag(partition, position, 3, next))
                .toList();
        var lag = new Lag("orders", "price-orders", lags);
        return new TriggerStatus(
                "price-orders",
                "price",
                "orders",
                TriggerStatus.State.RUNNING,
                detail,
                "",
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                "",
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                lag,
                List.of());
    }
}

package dev.sluice.server.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Lag;
import dev.sluice.broker.Lag.PartitionLag;
import dev.sluice.broker.Ordering;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.Start;
import dev.sluice.broker.StoredEvent;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.broker.memory.MemoryLimits;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.Filters;
import dev.sluice.engine.DeliveryPolicy;
import dev.sluice.engine.OpenEvent;
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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final Deque<List<OpenEvent>> open = new ArrayDeque<>();
    private @Nullable TriggerStatus status;

    private final Explainer explainer = new Explainer(
            () -> "a",
            journal,
            event -> Mono.justOrEmpty(open.poll()).switchIfEmpty(Mono.just(List.of())),
            List.of(trigger),
            () -> Stream.ofNullable(status).toList(),
            name -> broker,
            (topic, partition, offset) -> Mono.just("OPEN"));

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
                                + " 1 offset before it that are not fetched either; partition 0 is paused");
    }

    @Test
    void saysThatAnEventWasSettledWhenItIsBehindWhatIsFetchedAndNotOpen() {
        publish("orders", event("order-0", "/shop", "com.acme.x").build());
        broker.ensureTopic("orders.dlq").block(PATIENCE);
        status = status(1, 1, "");

        var told = explainer.explain(trigger, "order-0", null);

        assertThat(told.outcome()).isEqualTo(Outcome.TAKEN_OFF);
        assertThat(told.facts()).contains("found among the 1 events of orders", "not among the 0 events of orders.dlq");
    }

    @Test
    void saysThatAnEventIsOlderThanTheGroup() {
        publish("orders", event("order-0", "/shop", "com.acme.x").build());
        status = status(1, 1, 1, 1, "");

        var told = explainer.explain(trigger("price-orders", Start.LATEST), "order-0", null);

        assertThat(told.outcome()).isEqualTo(Outcome.BEFORE_START);
        assertThat(told.sentence())
                .matches("order-0 was never given to price-orders: it stands on orders, partition \\d, offset 0, before"
                        + " offset 1, where group price-orders began, which had no position there \\(start: latest\\)");
    }

    @Test
    void saysThatItCannotTellWhatWasDoneBeforeThisNodeBeganToRead() {
        publish("orders", event("order-0", "/shop", "com.acme.x").build());
        status = status(1, 1, 1, -1, "");

        var told = explainer.explain(trigger("price-orders", Start.LATEST), "order-0", null);
        assertThat(told.outcome()).isEqualTo(Outcome.TAKEN_OFF);
        assertThat(told.sentence())
                .startsWith("order-0 is behind the position of price-orders: it stands on orders, partition ")
                .contains(
                        ", and before offset 1, at which this node began to read; an earlier reader of the group settled"
                                + " it, or it is older than the group (start: latest), or the position was moved over it");

        assertThat(explainer.explain(trigger, "order-0", null).sentence())
                .contains("an earlier reader of the group settled it, unless the position was moved over it")
                .doesNotContain("older than the group");
    }

    @Test
    void doesNotTakeForSettledWhatNobodyKnowsToBeFetched() {
        publish("orders", event("order-0", "/shop", "com.acme.x").build());
        status = status(0, -1, "");
        assertThat(explainer.explain(trigger, "order-0", null).outcome()).isEqualTo(Outcome.UNDECIDED);

        status = status(-1, -1, "");
        assertThat(explainer.explain(trigger, "order-0", null).sentence())
                .contains("how far price-orders has read there is not known on this node just now");
    }

    @Test
    void doesNotTakeForSettledWhatWasFetchedAndMayHaveBeenGivenBack() {
        publish("orders", event("order-0", "/shop", "com.acme.x").build());
        status = status(0, 1, "");

        var told = explainer.explain(trigger, "order-0", null);
        assertThat(told.outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(told.sentence()).startsWith("order-0 was fetched by price-orders and is not open: ");
    }

    @Test
    void asksOnceMoreWhatIsOpenBeforeItTakesAnEventForSettled() {
        publish("orders", event("order-0", "/shop", "com.acme.x").build());
        status = status(0, 1, "");
        open.add(List.of());
        open.add(List.of(running("order-0")));

        assertThat(explainer.explain(trigger, "order-0", null).outcome()).isEqualTo(Outcome.RUNNING);
    }

    @Test
    void goesByThePositionOnceAnEventWasGivenBack() {
        publish("orders", event("order-0", "/shop", "com.acme.x").build());
        add(partitionOf("order-0"), 0, Stage.RELEASED, "this node reads its partition 0 no more", -1);
        status = status(1, 1, "");
        assertThat(explainer.explain(trigger, "order-0", null).outcome()).isEqualTo(Outcome.TAKEN_OFF);
    }

    @Test
    void saysThatThereIsNoSuchTopic() {
        assertThat(explainer.explain(trigger, "order-0", null).sentence())
                .isEqualTo(
                        "nothing is known of order-0 at price-orders on node a: there is no topic orders, there is no"
                                + " topic orders.dlq, and no decision on it is kept");
    }

    @Test
    void doesNotTakeAnEventForSettledWhenTheEngineDoesNotSayWhatIsOpen() {
        publish("orders", event("order-0", "/shop", "com.acme.x").build());
        status = status(1, 1, "");
        var silent = new Explainer(
                () -> "a",
                journal,
                event -> Mono.empty(),
                List.of(trigger),
                () -> Stream.ofNullable(status).toList(),
                name -> broker,
                (topic, partition, offset) -> Mono.empty());

        assertThat(silent.explain(trigger, "order-0", null).outcome()).isEqualTo(Outcome.UNDECIDED);
    }

    private int partitionOf(String id) {
        return partitionOf(broker, id);
    }

    static int partitionOf(MemoryBroker broker, String id) {
        return Objects.requireNonNull(broker.read("orders", ReadRange.ALL)
                .filter(stored -> stored.event().getId().equals(id))
                .map(StoredEvent::partition)
                .blockFirst(PATIENCE));
    }

    static WireEvent letterOf(String id, String trigger, int partition, long offset) {
        return WireEvent.builder(letter(id, trigger))
                .extension("dlpartition", partition)
                .extension("dloffset", Long.toString(offset))
                .build();
    }

    private static OpenEvent running(String id) {
        return new OpenEvent(
                id,
                "/shop",
                "price",
                "price-orders",
                OpenEvent.State.RUNNING,
                "",
                "",
                0,
                0,
                1,
                5,
                1,
                1_000,
                -1,
                "",
                0,
                null,
                "");
    }

    @Test
    void saysThatAnotherNodeReadsThePartition() {
        publish("orders", event("order-0", "/shop", "com.acme.x").build());

        assertThat(explainer.explain(trigger, "order-0", null).sentence())
                .matches("order-0 stands on orders, partition \\d, offset 0; price-orders does not run on this node");
        status = status(List.of(), "its topic is not open");
        assertThat(explainer.explain(trigger, "order-0", null).sentence())
                .matches("order-0 stands on orders, partition \\d, offset 0, which this node does not read for"
                        + " price-orders: ask the node that does; its topic is not open");
    }

    @Test
    void asksTheFilterOnceMore() {
        publish("orders", event("order-0", "/shop", "org.x").build());

        var told = explainer.explain(trigger, "order-0", null);

        assertThat(told.outcome()).isEqualTo(Outcome.FILTERED);
        assertThat(told.sentence())
                .isEqualTo(
                        "order-0 is not wanted by price-orders: its filter, as it is now, type starts with \"com.acme.\""
                                + " did not match: type is \"org.x\"");
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

        assertThat(explainer.explain(trigger, "order-0", "/shop/a").sentence())
                .contains("; before that, at partition 0, offset 0, it was given back by price-orders at ");
        assertThat(explainer.explain(trigger, "order-0", "/shop/b").sentence()).endsWith("type is \"org.b\"");
        assertThat(explainer.explain(trigger, "order-0", null).sentence())
                .contains("type is \"org.a\"")
                .endsWith("; this is the one of /shop/a, others of its id came from /shop/b: name one with --source");
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

    /** Each look would wait for seconds, and a way has up to 16 of them. */
    @Test
    void asksAnEngineThatDoesNotAnswerOnceForAWholeWay() {
        add("e", "/s", Stage.ANSWERED, "", "e:t:1");
        add("e:t:1", "/t", Stage.ANSWERED, "", "e:t:1:u:1");
        var asked = new AtomicInteger();
        var silent = new Explainer(
                () -> "a",
                journal,
                event -> Mono.<List<OpenEvent>>empty().doOnSubscribe(subscribed -> asked.incrementAndGet()),
                List.of(trigger),
                () -> List.of(),
                name -> broker,
                (topic, partition, offset) -> Mono.empty());

        assertThat(silent.trace("e", null).hops()).hasSize(1);
        assertThat(asked).hasValue(1);
    }

    private void add(String event, String source, Stage stage, String text) {
        add(event, source, stage, text, "");
    }

    private void add(int partition, long offset, Stage stage, String text, int answers) {
        add(journal, partition, offset, stage, text, answers);
    }

    static void add(Journal journal, int partition, long offset, Stage stage, String text, int answers) {
        journal.add(
                new JournalEntry(
                        journal.nextSequence(),
                        0,
                        stage,
                        "order-0",
                        "/shop",
                        "price",
                        "price-orders",
                        "orders",
                        partition,
                        offset,
                        1,
                        1,
                        0,
                        0,
                        answers,
                        1,
                        "",
                        text),
                false);
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
        return trigger(name, Start.EARLIEST);
    }

    static TriggerManifest trigger(String name, Start start) {
        return new TriggerManifest(
                new Place("sluice.yaml", 1, 1),
                name,
                "price",
                new TriggerManifest.Reading(new TopicRef("default", "orders"), name, start, Ordering.KEY),
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
        return status(position, next, 0, 0, detail);
    }

    static TriggerStatus status(long position, long next, long first, long groupFirst, String detail) {
        return status(
                IntStream.range(0, PARTITIONS)
                        .mapToObj(partition -> new PartitionLag(partition, position, 3, next, first, groupFirst))
                        .toList(),
                detail);
    }

    private static TriggerStatus status(List<PartitionLag> lags, String detail) {
        return status("price-orders", lags, detail);
    }

    static TriggerStatus status(String name, List<PartitionLag> lags, String detail) {
        var lag = new Lag("orders", "price-orders", lags);
        return new TriggerStatus(
                name,
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

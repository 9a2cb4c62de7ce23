package dev.sluice.server.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Lag.PartitionLag;
import dev.sluice.broker.Start;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.broker.memory.MemoryLimits;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.engine.OpenEvent;
import dev.sluice.engine.OpenEvent.State;
import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.engine.journal.JournalOptions;
import dev.sluice.engine.journal.Stage;
import dev.sluice.server.explain.Explanation.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

/** The documentation lists each fate that an event can have, with its sentence: these are the ones that are said. */
@Timeout(30)
class DocumentedFatesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Pattern ROW = Pattern.compile("\\| ([^|`]*(?:`[^`|]*`[^|`]*)*) \\| `([A-Z_]+)` \\| (.*) \\|");

    /** A fate's outcome and sentence, without the event's name. */
    private record Fate(String outcome, String sentence) {}

    private final List<MemoryBroker> brokers = new ArrayList<>();

    @AfterEach
    void close() {
        brokers.forEach(broker -> broker.close().block(PATIENCE));
    }

    @Test
    void eachFateHasTheSentenceThatStandsInTheTable() throws IOException {
        var documented = documented();
        var said = new LinkedHashMap<String, Fate>();
        fates().forEach((name, fate) -> said.put(name, fate.get()));

        assertThat(documented.keySet()).containsExactlyInAnyOrderElementsOf(said.keySet());
        said.forEach((name, fate) -> assertThat(documented.get(name)).as(name).isEqualTo(fate));
    }

    @Test
    void everyOutcomeStandsInTheTable() throws IOException {
        assertThat(documented().values())
                .extracting(Fate::outcome)
                .contains(Stream.of(Outcome.values()).map(Outcome::name).toArray(String[]::new));
    }

    private static Map<String, Fate> documented() throws IOException {
        var root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("functions-api"))) {
            root = root.getParent();
        }
        var rows = new LinkedHashMap<String, Fate>();
        Files.readString(root.resolve("docs/explain.md")).lines().forEach(line -> {
            var row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(row.group(1), new Fate(row.group(2), row.group(3).replaceAll("^`|`$", "")));
            }
        });
        return rows;
    }

    private Map<String, Supplier<Fate>> fates() {
        var all = new LinkedHashMap<String, Supplier<Fate>>();
        putOpen(all);
        putPast(all);
        putDeadLetters(all);
        putCalls(all);
        putStanding(all);
        return all;
    }

    // ---- open

    private static void putOpen(Map<String, Supplier<Fate>> all) {
        all.put("runs", () -> open(State.RUNNING, null));
        all.put("its answers are being stored", () -> open(State.ANSWERING, null));
        all.put("past its deadline, and does not heed its cancel", () -> open(State.ZOMBIE, null));
        all.put("being taken off its source", () -> open(State.ACCEPTING, null));
        all.put("its dead letter is being stored", () -> open(State.DEAD_LETTERING, null));
        all.put("its stream has it", () -> open(State.HANDED, null));
        all.put("its stream settled it", () -> open(State.TAKEN, null));
        all.put("waits for a slot, `rate` or `concurrency`", () -> open(State.READY, null));
        all.put("waits for its batch or window", () -> open(State.GATHERING, null));
        all.put("waits for its key", () -> open(State.BEHIND_KEY, event(State.BACK_OFF, null)));
        all.put("waits for its next try", () -> open(State.BACK_OFF, null));
        all.put("waits for the retry budget", () -> open(State.RETRY_BUDGET, null));
        all.put("waits for an event like it (`dedupe`)", () -> open(State.BEHIND_LIKE, event(State.RUNNING, null)));
        all.put("waits for its stream", () -> open(State.IN_LINE, null));
        all.put("its stream handed it back", () -> open(State.HANDED_BACK, null));
        all.put("its dead letter can't be stored (`park`)", () -> open(State.PARKED, null));
    }

    private static Fate open(State state, @Nullable OpenEvent head) {
        var open = event(state, head);
        return new Fate(Live.outcome(open).name(), Live.clause(open));
    }

    private static OpenEvent event(State state, @Nullable OpenEvent head) {
        var detail =
                switch (state) {
                    case READY -> "all 16 slots are busy";
                    case BEHIND_LIKE -> "the same subject within 10 min";
                    case IN_LINE -> "its stream has not asked for more";
                    default -> "";
                };
        var ahead = state == State.BEHIND_KEY ? 2 : 0;
        return new OpenEvent(
                "order-7",
                "/s",
                "price",
                "T",
                state,
                "ada",
                "its key 'ada'",
                3,
                17,
                3,
                5,
                2,
                4_200,
                4_200,
                "TimedOut: late",
                ahead,
                head,
                detail);
    }

    // ---- in the journal

    private static void putPast(Map<String, Supplier<Fate>> all) {
        all.put("delivered, answers published", () -> past(answered(), ended(1, 1, 1), accepted()));
        all.put(
                "delivered after failures",
                () -> past(entry(Stage.TIMED_OUT, 2, "TimedOut: late"), ended(3, 0, 1), accepted()));
        all.put("delivered with its batch or window", () -> past(answered(), ended(1, 1, 3), accepted()));
        all.put("delivered by a trigger without `answers`", () -> past(ended(1, -1, 1), accepted()));
        all.put("delivered to a stream", () -> past(entry(Stage.TAKEN, 1, ""), accepted()));
        all.put(
                "filtered",
                () -> past(
                        entry(Stage.FILTERED, 0, "type starts with \"com.acme.\" did not match: type is \"org.x\""),
                        accepted()));
        all.put(
                "came again (`dedupe`)",
                () -> past(entry(Stage.DEDUPLICATED, 0, "the same source and id within 10 min"), accepted()));
        all.put("the dead letter of a loop", () -> past(entry(Stage.LOOPED, 0, ""), accepted()));
        all.put(
                "given back; no dead letter, `stop`",
                () -> past(entry(Stage.RELEASED, 1, "its dead letter can't be stored, X: no")));
        all.put("only its end is kept", () -> past(accepted()));
    }

    private static void putDeadLetters(Map<String, Supplier<Fate>> all) {
        all.put("put aside: `exhausted`", () -> letter(6, "exhausted, X: no"));
        all.put("put aside: `rejected`", () -> letter(1, "rejected, Rejected: no"));
        all.put("put aside: `undecodable`", () -> letter(0, "undecodable, BadInput: no"));
        all.put("put aside: `expired`", () -> letter(0, "expired, Expired: late"));
        all.put("put aside: `loop`", () -> letter(0, "loop"));
        all.put(
                "no dead letter, `drop`",
                () -> past(
                        entry(Stage.GIVEN_UP, 1, "rejected, Rejected: no"),
                        entry(Stage.DROPPED, 1, "gone"),
                        accepted()));
    }

    private static void putCalls(Map<String, Supplier<Fate>> all) {
        all.put("a call that failed", () -> past(call(Stage.FAILED, "Rejected: no")));
        all.put(
                "a call that was not run",
                () -> past(call(Stage.REFUSED, "Unavailable: function 'price' had no free slot for 3000 ms")));
        all.put(
                "a call whose caller went away",
                () -> past(call(Stage.CALLER_GONE, ""), call(Stage.FAILED, "Unavailable: lost its caller")));
    }

    private static Fate letter(int tries, String why) {
        return past(entry(Stage.GIVEN_UP, tries, why), entry(Stage.DEAD_LETTERED, tries, "orders.dlq"), accepted());
    }

    private static Fate past(JournalEntry... entries) {
        var end = new Past(List.of(entries), "a", type -> "invoices").end().orElseThrow();
        return new Fate(end.outcome().name(), end.clause().replaceAll("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}", "TIME"));
    }

    private static JournalEntry accepted() {
        return entry(Stage.ACCEPTED, 1, "");
    }

    private static JournalEntry answered() {
        return entry(Stage.ANSWERED, 1, "orders", "a:1", "invoice", -1, 0);
    }

    private static JournalEntry ended(int attempt, int answers, int events) {
        return entry(Stage.ENDED, attempt, "orders", "", "", answers, events);
    }

    private static JournalEntry entry(Stage stage, int attempt, String text) {
        return entry(stage, attempt, "orders", "", text, -1, 0);
    }

    private static JournalEntry call(Stage stage, String text) {
        return entry(stage, 1, null, "", text, -1, 0);
    }

    private static JournalEntry entry(
            Stage stage, int attempt, @Nullable String topic, String other, String text, int answers, int events) {
        // Entries of tries that failed are of those before.
        var sequence = stage == Stage.ENDED ? 2 : 1;
        return new JournalEntry(
                sequence,
                0,
                stage,
                "order-1",
                "/s",
                "price",
                "T",
                topic,
                3,
                17,
                attempt,
                2,
                TimeUnit.MILLISECONDS.toNanos(12),
                0,
                answers,
                events,
                other,
                text);
    }

    // ---- on the topic

    private void putStanding(Map<String, Supplier<Fate>> all) {
        all.put("not wanted by the filter", () -> new Case().with("org.x").ask());
        all.put("put aside", () -> new Case().letter().ask());
        all.put("its letter was redriven or discarded", () -> {
            var redriven = tail(new Case().letter().mark("REDRIVEN"));
            var discarded = tail(new Case().letter().mark("DISCARDED"));
            return new Fate(Outcome.DEAD_LETTERED.name(), "as above, and `" + redriven + "`, `" + discarded);
        });
        all.put("not fetched, as while its partition is paused", () -> new Case()
                .before()
                .at(0, 0, 0, 0)
                .held("partition 0 is paused")
                .ask());
        all.put("settled", () -> new Case().at(1, 1, 0, 0).ask());
        all.put(
                "settled before this node read its partition",
                () -> new Case().at(1, 1, 1, -1).ask());
        all.put(
                "the same, `start: latest` or a time",
                () -> new Case().latest().at(1, 1, 1, -1).ask());
        all.put(
                "older than the group; the trigger came later",
                () -> new Case().latest().at(1, 1, 1, 1).ask());
        all.put(
                "done before one that is open before it, or given back",
                () -> new Case().at(0, 1, 0, 0).ask());
        all.put(
                "nobody knows how far it is",
                () -> new Case().at(-1, -1, -1, -1).ask());
        all.put(
                "the engine does not answer",
                () -> new Case().silent().at(1, 1, 0, 0).ask());
        all.put("another node reads it", () -> new Case().nowhere().ask());
        all.put(
                "not on the topic, as once its retention took it",
                () -> new Case().with(null).ask());
        all.put("no such topic", () -> new Case().withoutTopics().ask());
    }

    private static String tail(Case of) {
        var sentence = of.ask().sentence();
        return sentence.substring(sentence.lastIndexOf(';'));
    }

    /** An event of which the journal has nothing. */
    private final class Case {
        private final MemoryBroker broker =
                MemoryBroker.create("default", MemoryLimits.DEFAULT, new SimpleMeterRegistry());
        private @Nullable String type = "com.acme.x";
        private boolean topics = true;
        private boolean silent;
        private boolean second;
        private Start start = Start.EARLIEST;
        private List<PartitionLag> lags = List.of();
        private String detail = "";
        private String mark = "OPEN";
        private boolean letter;

        Case() {
            brokers.add(broker);
        }

        Case with(@Nullable String other) {
            type = other;
            return this;
        }

        Case withoutTopics() {
            topics = false;
            type = null;
            return this;
        }

        Case letter() {
            letter = true;
            return this;
        }

        Case mark(String what) {
            mark = what;
            return this;
        }

        Case before() {
            second = true;
            return this;
        }

        Case latest() {
            start = Start.LATEST;
            return this;
        }

        Case silent() {
            silent = true;
            return this;
        }

        Case nowhere() {
            lags = List.of();
            return this;
        }

        Case held(String why) {
            detail = why;
            return this;
        }

        Case at(long position, long next, long first, long groupFirst) {
            lags = IntStream.range(0, MemoryLimits.DEFAULT.partitions())
                    .mapToObj(partition -> new PartitionLag(partition, position, 3, next, first, groupFirst))
                    .toList();
            return this;
        }

        Fate ask() {
            if (topics) {
                broker.ensureTopic("orders").block(PATIENCE);
                broker.ensureTopic("orders.dlq").block(PATIENCE);
            }
            if (second) {
                publish("orders", event("other", "com.acme.x").build());
            }
            if (type != null) {
                publish("orders", event("order-0", type).build());
            }
            if (letter) {
                publish("orders.dlq", ExplainerTest.letterOf("order-0", "T", partition(), 0));
            }
            var trigger = ExplainerTest.trigger("T", start);
            var status = ExplainerTest.status("T", lags, detail);
            Mono<List<OpenEvent>> open = silent ? Mono.empty() : Mono.just(List.of());
            var explainer = new Explainer(
                    () -> "a",
                    new Journal(JournalOptions.defaults()),
                    event -> open,
                    List.of(trigger),
                    () -> List.of(status),
                    name -> broker,
                    (topic, partition, offset) -> Mono.just(mark));
            var told = explainer.explain(trigger, "order-0", null);
            var clause = told.outcome() == Outcome.UNKNOWN
                    ? told.sentence()
                    : told.sentence().replaceFirst("^order-0 ", "");
            clause = clause.replaceAll("orders, partition \\d, offset [01]", "P")
                    .replaceAll("orders.dlq, partition \\d", "orders.dlq, partition 0");
            return new Fate(told.outcome().name(), clause);
        }

        private int partition() {
            return ExplainerTest.partitionOf(broker, "order-0");
        }

        private void publish(String topic, WireEvent event) {
            broker.sink(topic).publish(event, "ada").block(PATIENCE);
        }

        private static WireEvent.Builder event(String id, String type) {
            return WireEvent.builder().id(id).source("/shop").type(type);
        }
    }
}

package dev.sluice.deadletters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.Call;
import dev.sluice.broker.Intake;
import dev.sluice.broker.ReadRange;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.cloudevents.sql.Filters;
import dev.sluice.deadletters.Comparison.Difference;
import dev.sluice.deadletters.JobStatus.State;
import io.cloudevents.CloudEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What another version would have answered, beside what stands. */
@Timeout(60)
class CompareTest {
    private static final Intake.Admission.Admitted ADMITTED = () -> {};

    /** What a call fails with whose function takes none now. */
    private static final Throwable BUSY = new IllegalStateException("no free slot");

    private final DeskFixture fixture = new DeskFixture();
    private final List<String> called = new CopyOnWriteArrayList<>();

    @BeforeEach
    void topics() {
        fixture.broker.ensureTopic("priced").block(DeskFixture.PATIENCE);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static WireEvent event(String id, String type, String data) {
        return WireEvent.builder()
                .id(id)
                .source("/shop")
                .type(type)
                .data("application/json", data.getBytes(StandardCharsets.UTF_8))
                .build();
    }

    private static WireEvent answer(String id, String data) {
        return event(id, "priced", data);
    }

    private void publish(String topic, CloudEvent... events) {
        for (var event : events) {
            fixture.broker.sink(topic).publish(event, null).block(DeskFixture.PATIENCE);
        }
    }

    private void orders(String... ids) {
        for (var id : ids) {
            publish("orders", event(id, "order", "{}"));
        }
    }

    /** Answers at once, under the names that an engine gives in a call of function price-2; null fails. */
    private Intake function(Function<String, List<CloudEvent>> answers) {
        return call -> {
            called.add(call.event().getId());
            var made = answers.apply(call.event().getId());
            if (made.isEmpty()) {
                call.fail(new IllegalStateException("no rate"));
            } else {
                settle(call, made);
            }
            return ADMITTED;
        };
    }

    private static void settle(Call call, List<CloudEvent> answers) {
        answers.forEach(
                answer -> call.answers().publish(answer, null).toFuture().join());
        call.accept().toFuture().join();
    }

    private CompareOrder order(Intake intake, EventFilter filter, long limit, double perSecond, boolean dryRun) {
        return new CompareOrder(
                new CompareOrder.Place(fixture.broker, "orders"),
                ReadRange.ALL,
                List.of(EventFilter.PASS, filter),
                "price-orders",
                "priced",
                List.of(new CompareOrder.Place(fixture.broker, "priced")),
                "price-2",
                intake,
                BUSY::equals,
                limit,
                perSecond,
                dryRun);
    }

    private JobStatus run(Intake intake) {
        return run(order(intake, EventFilter.PASS, Long.MAX_VALUE, Double.POSITIVE_INFINITY, false));
    }

    private JobStatus run(CompareOrder order) {
        return fixture.ended(fixture.desk.compare(order).id());
    }

    private static Comparison comparison(JobStatus status) {
        assertThat(status.state()).as(status.error()).isEqualTo(State.DONE);
        return Objects.requireNonNull(status.comparison());
    }

    @Test
    void tellsEachKindOfDifferenceAndCountsEachEventOnce() {
        orders("same", "other", "fewer", "more", "fails");
        publish(
                "priced",
                answer("same:price-orders:1", "{\"a\": 1, \"b\": [1, 2]}"),
                WireEvent.builder(answer("own", "{\"total\": 5, \"lines\": [{\"sku\": \"cup\"}]}"))
                        .extension("causationid", "other")
                        .build(),
                answer("fewer:price-orders:1", "{}"),
                answer("fewer:price-orders:2", "{}"),
                WireEvent.builder(answer("fewer:tax-orders:1", "{}"))
                        .extension("causationid", "fewer")
                        .build(),
                answer("fails:price-orders:1", "{}"));

        var status = run(function(id -> switch (id) {
            case "same" -> List.of(event("same:price-2:1", "dev.sluice.answer", "{\"b\":[1,2.0],\"a\":1}"));
            case "other" -> List.of(event("own", "priced.v2", "{\"total\": 6, \"lines\": [{\"sku\": \"mug\"}, 1]}"));
            case "fewer" -> List.of(answer("fewer:price-2:1", "{}"));
            case "more" -> List.of(answer("more:price-2:1", "{}"));
            default -> List.of();
        }));

        var found = comparison(status);
        assertThat(status.done()).isEqualTo(5);
        assertThat(List.of(found.same(), found.different(), found.missing(), found.extra(), found.failed()))
                .containsOnly(1L);
        assertThat(found.differences())
                .extracting(Difference::id, Difference::verdict, Difference::details)
                .containsExactlyInAnyOrder(
                        tuple(
                                "other",
                                "different",
                                List.of(
                                        "answer 1: type: priced → priced.v2",
                                        "answer 1: /lines/0/sku: \"cup\" → \"mug\"",
                                        "answer 1: /lines/1: nothing → 1",
                                        "answer 1: /total: 5 → 6")),
                        tuple("fewer", "missing", List.of("1 more stands, as fewer:price-orders:2")),
                        tuple("more", "extra", List.of("answer 1: none stands")),
                        tuple("fails", "failed", List.of("no rate")));
        assertThat(fixture.on("priced")).hasSize(6);
    }

    @Test
    void findsAnswersThatTheFunctionNamedByWhatCausedThemAndTakesTheLastOfThoseThatStandTwice() {
        orders("a");
        var first = WireEvent.builder(answer("7f", "{\"n\": 1}"))
                .extension("causationid", "a")
                .build();
        var second = WireEvent.builder(answer("9c", "{\"n\": 2}"))
                .extension("causationid", "a")
                .build();
        publish(
                "priced",
                WireEvent.builder(answer("7f", "{}"))
                        .extension("causationid", "a")
                        .build(),
                first,
                second);

        var found = comparison(run(function(id -> List.of(answer("x1", "{\"n\": 1}"), answer("x2", "{\"n\": 2}")))));

        assertThat(found.same()).as("%s", found).isEqualTo(1);
    }

    @Test
    void triesAgainWhatIsTurnedAwayAndEndsWithTheReasonWhenItIsForLong() {
        orders("a");
        var turns = new AtomicInteger();
        var answers = function(id -> List.of(answer("a:price-2:1", "{}")));

        var status = run(call -> switch (turns.incrementAndGet()) {
            case 1 -> new Intake.Admission.Refused("full", 1, true);
            case 2 -> {
                call.fail(BUSY);
                yield ADMITTED;
            }
            default -> answers.submit(call);
        });
        var never = run(call -> new Intake.Admission.Refused("function 'price-2' is a stream", 60, false));

        assertThat(comparison(status).extra()).isEqualTo(1);
        assertThat(turns).hasValue(3);
        assertThat(never.state()).isEqualTo(State.FAILED);
        assertThat(never.error()).isEqualTo("function 'price-2' is a stream");
    }

    @Test
    void hasAtMostSixteenCallsAtOnceAndEndsThemWhenItIsCancelled() {
        for (var i = 0; i < 50; i++) {
            orders("o-" + i);
        }
        var open = new CopyOnWriteArrayList<Call>();
        var cancelled = new AtomicInteger();
        Intake never = call -> {
            open.add(call);
            Intake.Admission.Admitted admitted = cancelled::incrementAndGet;
            return admitted;
        };

        var job = fixture.desk.compare(order(never, EventFilter.PASS, 50, Double.POSITIVE_INFINITY, false));
        await().atMost(DeskFixture.PATIENCE).until(() -> open.size() == Compare.CALLS_MAX);
        fixture.desk.cancel(job.id());

        assertThat(fixture.ended(job.id()).state()).isEqualTo(State.CANCELLED);
        assertThat(open).hasSize(Compare.CALLS_MAX);
        assertThat(cancelled).hasValue(Compare.CALLS_MAX);
    }

    @Test
    void callsNothingOnADryRunAndOnlyWhatPassesTheFilterWithinTheLimit() throws Exception {
        orders("a", "b", "c", "d");
        var notB = Filters.compile(List.of(Map.of("not", Map.of("exact", Map.of("id", "b")))));
        var answers = function(id -> List.of(answer(id + ":price-2:1", "{}")));

        var dry = run(order(answers, notB, 2, Double.POSITIVE_INFINITY, true));

        assertThat(called).isEmpty();
        assertThat(dry.done()).isEqualTo(2);
        assertThat(dry.samples()).hasSize(2).allMatch(line -> line.endsWith("would be given to function price-2"));

        var status = run(order(answers, notB, 2, 1_000, false));
        assertThat(status.done()).isEqualTo(2);
        assertThat(called).hasSize(2).doesNotContain("b");
    }

    @Test
    void refusesASecondEventOfOneIdSinceTheirAnswersCanNotBeToldApart() {
        orders("a", "a");

        var status = run(function(id -> List.of(answer("a:price-2:1", "{}"))));

        assertThat(status.done()).isEqualTo(1);
        assertThat(status.refused()).isEqualTo(1);
    }

    @Test
    void failsTheEventThatHasMoreAnswersThanAreKept() {
        orders("a");
        var failures = new ArrayList<Throwable>();

        var status = run(call -> {
            for (var n = 0; n <= CompareCall.ANSWERS_MAX; n++) {
                call.answers().publish(answer("a:price-2:" + n, "{}"), null).subscribe(nothing -> {}, failures::add);
            }
            call.fail(failures.get(0));
            return ADMITTED;
        });

        assertThat(comparison(status).failed()).isEqualTo(1);
        assertThat(failures).singleElement().satisfies(why -> assertThat(why).hasMessageContaining("1000 answers"));
    }
}

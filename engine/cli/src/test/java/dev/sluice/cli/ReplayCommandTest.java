package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replays: what is asked of the engine, and what is told of it. */
class ReplayCommandTest {
    private static final String COMPARE = "POST /admin/v1/triggers/price-orders/compare";

    private static final String REPLAY = "POST /admin/v1/triggers/price-orders/replay";

    private FakeEngine engine;

    @BeforeEach
    void start() {
        engine = new FakeEngine();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    private static String job(String state, int same, int different, String differences, String samples) {
        return """
                {"id":"1f0c","topic":"orders","action":"compare","dryRun":false,"state":"%s","letters":3,"scanned":3,
                 "done":%d,"refused":0,"refusals":{},"perSecond":2.0,"secondsLeft":1,"samples":[%s],"error":"no topic",
                 "comparison":{"trigger":"price-orders","function":"price-2","same":%d,"different":%d,"missing":0,
                 "extra":0,"failed":0,"differences":[%s]}}""".formatted(state, same + different, samples, same, different, differences);
    }

    private static String replay(String state, String next) {
        return """
                {"id":"1f0c","topic":"orders","action":"replay","dryRun":false,"state":"%s","letters":9,"scanned":9,
                 "done":6,"refused":0,"refusals":{},"perSecond":2.0,"secondsLeft":1,"samples":[],"comparison":null,
                 "replay":{"trigger":"price-orders","function":"price","delivered":3,"filtered":2,"deadLettered":1,
                 "repeated":0,"failed":0,"retried":4,"givenBack":0,"next":[%s],"trouble":""},"error":"it stopped"}""".formatted(state, next);
    }

    @Test
    void runsEventsOfATopicThroughATriggerAndTellsWhatBecameOfThem() {
        engine.answer(REPLAY, 200, replay("RUNNING", ""));
        engine.answer("GET /admin/v1/jobs/1f0c", 200, replay("DONE", ""));

        var outcome = engine.run(
                "replay", "orders", "--from", "0:5", "--into", "price-orders", "--rate", "100/s", "--limit", "9");

        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.err())
                .isEqualTo(
                        "6 settled: 3 delivered, 2 filtered, 1 dead letters, 0 repeated, 0 failed, of 9 events looked at\n");
        assertThat(engine.requests().get(0).body())
                .isEqualTo("{\"topic\":\"orders\",\"from\":\"0:5\",\"limit\":9,\"rate\":100.0}");
    }

    @Test
    void saysWhereToGoOnAfterAReplayThatEndedEarly() {
        engine.answer(REPLAY, 200, replay("FAILED", "\"0:7\",\"2:11\""));

        var outcome = engine.run("replay", "orders", "--from", "earliest", "--into", "price-orders");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(outcome.err())
                .contains("not done on partition 0: go on with --from 0:7\n")
                .contains("not done on partition 2: go on with --from 2:11\n")
                .contains("the job ended early: it stopped");
    }

    @Test
    void takesOneAimAndNoMore() {
        assertThat(engine.run("replay", "orders", "--from", "earliest").exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(engine.run("replay", "orders", "--from", "earliest", "--into", "a", "--compare", "b")
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(engine.requests()).isEmpty();
    }

    @Test
    void tellsTheDifferencesAndEndsWith1WhenThereAreSome() {
        var difference =
                "{\"place\":\"0:7\",\"id\":\"o-7\",\"verdict\":\"different\",\"details\":[\"answer 1: /total: 5 → 6\"]}";
        engine.answer(COMPARE, 200, job("RUNNING", 0, 0, "", ""));
        engine.answer("GET /admin/v1/jobs/1f0c", 200, job("DONE", 2, 1, difference, ""));

        var outcome = engine.run(
                "replay", "price-orders", "--from", "0:5", "--to", "0:9", "--rate", "30/m", "--compare", "price-2");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(outcome.out()).isEqualTo("0:7 o-7 different\n    answer 1: /total: 5 → 6\n");
        assertThat(outcome.err())
                .isEqualTo("3 compared: 2 same, 1 different, 0 missing, 0 extra, 0 failed, of 3 events looked at\n");
        assertThat(engine.requests().get(0).body())
                .isEqualTo("{\"function\":\"price-2\",\"from\":\"0:5\",\"to\":\"0:9\",\"rate\":0.5}");
    }

    @Test
    void endsWith0WhenAllAreTheSame() {
        engine.answer(COMPARE, 200, job("DONE", 3, 0, "", ""));

        var outcome = engine.run("replay", "price-orders", "--from", "earliest", "--compare", "price-2");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void tellsWhatADryRunWouldCall() {
        engine.answer(COMPARE, 200, job("DONE", 3, 0, "", "\"0:1 a would be given to function price-2\""));

        var outcome = engine.run("replay", "price-orders", "--from", "earliest", "--compare", "price-2", "--dry-run");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEqualTo("0:1 a would be given to function price-2\n");
        assertThat(outcome.err()).isEqualTo("3 events would be given to function price-2; nothing is called\n");
        assertThat(engine.requests().get(0).body()).contains("\"dryRun\":true");
    }

    @Test
    void endsWith1AndTheReasonWhenTheJobEndedEarly() {
        engine.answer(COMPARE, 200, job("FAILED", 1, 0, "", ""));

        var outcome = engine.run("replay", "price-orders", "--from", "earliest", "--compare", "price-2");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(outcome.err()).contains("the job ended early: no topic");
    }
}

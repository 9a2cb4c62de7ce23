package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Dead letters: what is asked of the engine, and what is told of it. */
class DlqCommandTest {
    private static final String TOPIC = "/admin/v1/deadletters/orders.dlq";
    private static final String COUNTS = """
            {"topic":"orders.dlq","broker":"default","open":3,"redriven":1,"discarded":0,"oldest":"2026-01-01T00:00:00Z"}""";

    private FakeEngine engine;

    @BeforeEach
    void start() {
        engine = new FakeEngine();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    private static String job(String state, int done, String more) {
        return """
                {"id":"1f0c","topic":"orders.dlq","action":"redrive","dryRun":false,"state":"%s","letters":3,"scanned":%d,
                 "done":%d,"refused":0,"refusals":{},"perSecond":2.0,"secondsLeft":1,"samples":[],"error":""%s}""".formatted(state, done, done, more);
    }

    @Test
    void listsTopicsWithTheirCounts() {
        engine.answer("GET /admin/v1/deadletters", 200, "{\"items\":[" + COUNTS + "]}");

        var outcome = engine.run("dlq", "ls");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEqualTo("""
                TOPIC       BROKER   OPEN  REDRIVEN  DISCARDED  OLDEST
                orders.dlq  default     3         1          0  2026-01-01T00:00:00Z
                """);
    }

    @Test
    void groupsTheOnlyTopicAndSaysWhenItWasNotSeenWhole() {
        engine.answer("GET /admin/v1/deadletters", 200, "{\"items\":[" + COUNTS + "]}");
        engine.answer(
                "GET " + TOPIC + "/groups",
                200,
                "{\"by\":\"error\",\"scanned\":7,\"complete\":false,"
                        + "\"groups\":[{\"value\":\"no rate\",\"count\":7,\"place\":\"0:1\",\"id\":\"a\"}]}");

        var outcome = engine.run("dlq", "ls", "--group-by", "error");

        assertThat(outcome.out()).isEqualTo("""
                COUNT  EXAMPLE  ID  VALUE
                    7  0:1      a   no rate
                """);
        assertThat(outcome.err()).contains("the first 7 letters");
    }

    @Test
    void followsAJobToItsEndAndTellsWhatWasRefused() {
        engine.answer("POST " + TOPIC + "/redrive", 200, job("RUNNING", 0, ""));
        engine.answer("GET /admin/v1/jobs/1f0c", 200, job("RUNNING", 1, ""));
        engine.answer(
                "GET /admin/v1/jobs/1f0c",
                200,
                job("DONE", 2, "")
                        .replace("\"refusals\":{}", "\"refusals\":{\"worn\":{\"count\":1,\"example\":\"2:5\"}}"));

        var outcome = engine.run(
                "dlq", "redrive", "orders.dlq", "--reason", "exhausted", "--rate", "30/m", "--limit", "5", "--yes");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEqualTo("1 refused, as 2:5: worn\n");
        assertThat(outcome.err()).isEqualTo("2 redriven, 0 refused, of 2 letters looked at\n");
        assertThat(engine.requests().get(0).body()).isEqualTo("{\"reasons\":[\"exhausted\"],\"limit\":5,\"rate\":0.5}");
    }

    @Test
    void endsWith1AndTheReasonWhenTheJobEndedEarly() {
        engine.answer(
                "POST " + TOPIC + "/discard",
                200,
                job("FAILED", 1, "").replace("\"error\":\"\"", "\"error\":\"gone\""));

        var outcome = engine.run("dlq", "discard", "orders.dlq", "--yes");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(outcome.err()).contains("the job ended early: gone");
    }

    @Test
    void asksWhoeverLooksAndDoesNothingWithoutAYes() {
        engine.answer("GET " + TOPIC, 200, COUNTS);

        var outcome = engine.run(Map.of("SLUICE_COLUMNS", "80"), "n\n", "dlq", "redrive", "orders.dlq");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(outcome.err()).contains("redrive of up to 3 open letters").contains("nothing is done");
        assertThat(engine.requests()).allMatch(request -> request.method().equals("GET"));
    }

    @Test
    void doesNothingWhereNobodyCanBeAskedAndNoYesWasGiven() {
        var outcome = engine.run("dlq", "redrive", "orders.dlq");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err()).contains("add --yes");
        assertThat(engine.requests()).isEmpty();
    }

    @Test
    void refusesARateThatIsNone() {
        var outcome = engine.run("dlq", "redrive", "orders.dlq", "--yes", "--rate", "fast");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err()).contains("'fast' is no rate");
    }

    @Test
    void showsTheBytesOfARecordThatIsNoEvent() {
        engine.answer(
                "GET " + TOPIC + "/letter",
                200,
                "{\"topic\":\"orders.dlq\",\"record\":{\"problem\":\"no event\",\"value\":\"AEhp\"}}");

        var outcome = engine.run("dlq", "show", "2:17", "--topic", "orders.dlq", "-o", "hex");

        assertThat(outcome.out()).startsWith("00000000  00 48 69").contains(".Hi");
    }

    @Test
    void namesTheTopicsWhenThereAreSeveralAndNoneWasNamed() {
        engine.answer(
                "GET /admin/v1/deadletters",
                200,
                "{\"items\":[" + COUNTS + "," + COUNTS.replace("orders.dlq", "bills.dlq") + "]}");

        var outcome = engine.run("dlq", "show", "2:17");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err()).contains("there are orders.dlq, bills.dlq");
    }
}

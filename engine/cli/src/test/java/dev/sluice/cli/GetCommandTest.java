package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GetCommandTest {
    private static final String PRICE = """
            {"name":"price","handler":"com.acme.Price","shape":"reactive Order -> Invoice","state":"READY","detail":"",
             "instances":2,"instancesWanted":2,"concurrency":16,"leased":3,"runnable":0,"callsWaiting":0,"zombies":0,
             "runs":120345,"failures":7}""";
    private static final String SHIP = """
            {"name":"ship","handler":"com.acme.Ship","shape":"blocking Invoice","state":"FAILED",
             "detail":"no instance starts: class com.acme.Ship is missing","instances":0,"instancesWanted":1,
             "concurrency":4,"leased":0,"runnable":64,"callsWaiting":1,"zombies":0,"runs":0,"failures":0}""";
    private static final String TRIGGERS = """
            {"items":[
             {"name":"price-orders","function":"price","topic":"orders","state":"RUNNING","detail":"","filter":"all",
              "runnable":1,"running":2,"blocked":3,"waiting":1,"parked":0,"blockedBytes":900,"received":1000,
              "filtered":10,"done":980,"failed":12,"retried":9,"deadLettered":4,"dropped":0,"released":0,
              "answers":980,"lag":{"topic":"orders","group":"price","partitions":[
               {"partition":0,"position":5,"end":15},{"partition":1,"position":7,"end":9}]}},
             {"name":"quote","function":"quote","topic":null,"state":"RUNNING","detail":"","filter":"all",
              "runnable":0,"running":0,"blocked":0,"waiting":0,"parked":0,"blockedBytes":0,"received":3,
              "filtered":0,"done":3,"failed":0,"retried":0,"deadLettered":0,"dropped":0,"released":0,
              "answers":3,"lag":null},
             {"name":"audit","function":"audit","topic":"invoices","state":"STOPPED","detail":"dead letter refused",
              "filter":"all","runnable":0,"running":0,"blocked":0,"waiting":0,"parked":0,"blockedBytes":0,
              "received":3,"filtered":0,"done":3,"failed":0,"retried":0,"deadLettered":0,"dropped":0,"released":0,
              "answers":3,"lag":{"topic":"invoices","group":"audit","partitions":[
               {"partition":0,"position":-1,"end":15}]}}]}""";
    private static final String TOPICS = """
            {"items":[{"topic":"orders","broker":"default","partitions":[
              {"partition":0,"start":0,"end":12,"bytes":2048},{"partition":1,"start":3,"end":10,"bytes":1000}],
              "groups":[{"topic":"orders","group":"price","partitions":[
                {"partition":0,"position":10,"end":12},{"partition":1,"position":10,"end":10}]}]}]}""";

    private FakeEngine engine;

    @BeforeEach
    void start() {
        engine = new FakeEngine();
        engine.answer("GET /admin/v1/functions", 200, "{\"items\":[" + PRICE + "," + SHIP + "]}");
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void alignsFunctionsAndShowsTheDetailOnlyWhereThereIsOne() {
        var outcome = engine.run("get", "functions");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo("""
                        NAME   STATE   INSTANCES  BUSY  RUNNABLE    RUNS  FAILURES  DETAIL
                        price  READY         2/2  3/32         0  120345         7
                        ship   FAILED        0/1   0/0        64       0         0  no instance starts: class com.acme.Ship is missing
                        """);
    }

    @Test
    void saysOfASchedulesStateThatItIsUnknownAndWhy() {
        engine.answer("GET /admin/v1/schedules", 200, """
                        {"items":[
                         {"name":"a","definition":"@hourly","topic":"t","paused":null,"next":["2026-03-01T10:00:00Z"],
                          "last":null,"unknown":"its state can't be read","trouble":""},
                         {"name":"b","definition":"@daily","topic":"t","paused":true,"next":[],
                          "last":"2026-03-01T00:00:00Z","unknown":"","trouble":""}]}""");

        var outcome = engine.run("get", "schedules");

        assertThat(outcome.out()).isEqualTo("""
                        NAME  SCHEDULE  TOPIC  STATE    NEXT                  LAST                  DETAIL
                        a     @hourly   t      UNKNOWN  2026-03-01T10:00:00Z  -                     its state can't be read
                        b     @daily    t      PAUSED   -                     2026-03-01T00:00:00Z
                        """);
    }

    @Test
    void sumsLagOverPartitionsAndSaysWhenItIsUnknownOrMeaningless() {
        engine.answer("GET /admin/v1/triggers", 200, TRIGGERS);

        var outcome = engine.run("get", "triggers");

        assertThat(outcome.out()).isEqualTo("""
                        NAME          FUNCTION  TOPIC     STATE    LAG  RECEIVED  FILTERED  DONE  RETRIED  DEAD  DETAIL
                        price-orders  price     orders    RUNNING   12      1000        10   980        9     4
                        quote         quote     -         RUNNING    -         3         0     3        0     0
                        audit         audit     invoices  STOPPED    ?         3         0     3        0     0  dead letter refused
                        """);
    }

    @Test
    void sumsEventsAndBytesOfTopicsAndNamesTheLagOfTheirGroups() {
        engine.answer("GET /admin/v1/topics", 200, TOPICS);

        assertThat(engine.run("get", "topics").out()).isEqualTo("""
                        NAME    BROKER   PARTITIONS  EVENTS  BYTES  LAG OF GROUPS
                        orders  default           2      19   3048  price:2
                        """);
        assertThat(engine.run("get", "topics", "-o", "wide").out()).contains("0:0-12 1:3-10");
    }

    @Test
    void showsMoreColumnsWhenWide() {
        var outcome = engine.run("get", "function", "-o", "wide");

        assertThat(outcome.out().lines().findFirst().orElseThrow()).contains("CALLS", "ZOMBIES", "SHAPE", "HANDLER");
        assertThat(outcome.out()).contains("reactive Order -> Invoice", "com.acme.Ship");
    }

    @Test
    void printsNamesForOtherCommandsToRead() {
        assertThat(engine.run("get", "functions", "-o", "name").out()).isEqualTo("function/price\nfunction/ship\n");
    }

    @Test
    void printsJsonAndYamlThatParseToWhatTheEngineSaid() throws IOException {
        var expected = Json.read("{\"items\":[" + PRICE + "," + SHIP + "]}");

        assertThat(Json.read(engine.run("get", "functions", "-o", "json").out()))
                .isEqualTo(expected);
        var yaml = engine.run("get", "functions", "-o", "yaml").out();
        assertThat(yaml).startsWith("items:\n- name: price\n").contains("  runs: 120345\n");
    }

    @Test
    void printsOneItemWithoutAListAroundIt() throws IOException {
        engine.answer("GET /admin/v1/functions/price", 200, PRICE);

        assertThat(Json.read(
                        engine.run("get", "functions", "price", "-o", "json").out()))
                .isEqualTo(Json.read(PRICE));
        assertThat(engine.run("get", "function", "price").out())
                .startsWith("NAME   STATE")
                .hasLineCount(2);
    }

    @Test
    void exitsWith3AndNamesWhatThereIsWhenTheNameIsUnknown() {
        var outcome = engine.run("get", "functions", "prise");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).isEqualTo("sluice: no function is named 'prise'; there are price, ship\n");
    }

    @Test
    void encodesTheNameAsOneSegmentOfThePath() {
        engine.run("get", "functions", "../topics x");

        assertThat(engine.requests().get(0).path()).isEqualTo("/admin/v1/functions/..%2Ftopics%20x");
    }

    @Test
    void saysOnStderrThatThereIsNothing() {
        engine.answer("GET /admin/v1/brokers", 200, "{\"items\":[]}");

        var outcome = engine.run("get", "brokers");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).isEqualTo("no brokers\n");
    }

    @Test
    void escapesControlCharactersOfNamesAndDetails() {
        engine.answer(
                "GET /admin/v1/brokers",
                200,
                "{\"items\":[{\"name\":\"a\\u001b[2Jb\\u202e\",\"kind\":\"memory\",\"state\":\"UP\",\"detail\":\"two\\nlines\"}]}");

        assertThat(engine.run("get", "brokers").out()).contains("a\\u001b[2Jb\\u202e  memory  UP     two\\nlines");
        assertThat(engine.run("get", "brokers", "-o", "json").out())
                .doesNotContain("\u001b", "\u202e")
                .contains("\\u202e");
    }

    @Test
    void cutsTheLastColumnAtTheEdgeOfTheTerminalAndNoOther() {
        var narrow = engine.run(Map.of("SLUICE_COLUMNS", "80", "NO_COLOR", "1"), "", "get", "functions");

        assertThat(narrow.out().lines())
                .allSatisfy(line -> assertThat(Text.width(line)).isLessThanOrEqualTo(80));
        assertThat(narrow.out()).contains("no instance starts:…");
    }

    @Test
    void coloursStatesOnlyWhereAPersonLooksAndAllowsIt() {
        var terminal = Map.of("SLUICE_COLUMNS", "200", "TERM", "xterm");
        var plain = Map.of("SLUICE_COLUMNS", "200", "TERM", "xterm", "NO_COLOR", "1");

        assertThat(engine.run(terminal, "", "get", "functions").out())
                .contains("\u001b[32mREADY\u001b[0m ", "\u001b[31mFAILED\u001b[0m");
        assertThat(engine.run(plain, "", "get", "functions").out()).doesNotContain("\u001b");
        assertThat(engine.run("get", "functions").out()).doesNotContain("\u001b");
    }

    @Test
    void watchesAndPrintsOnlyWhatChangedUntilTheEngineIsGone() {
        engine.answer("GET /admin/v1/topics", 200, "{\"items\":[" + topic("a", 1) + "," + topic("b", 1) + "]}")
                .answer("GET /admin/v1/topics", 200, "{\"items\":[" + topic("a", 1) + "," + topic("b", 5) + "]}")
                .answer("GET /admin/v1/topics", 200, "{\"items\":[" + topic("b", 5) + "]}")
                .answer("GET /admin/v1/topics", 500, "{}");

        var outcome = engine.run("get", "topics", "-w", "--interval", "1ms");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(outcome.out()).isEqualTo("""
                        NAME  BROKER  PARTITIONS  EVENTS  BYTES
                        a     -                1       1      0
                        b     -                1       1      0
                        b     -                1       5      0
                        """);
        assertThat(outcome.err()).startsWith("topic a is gone\n").contains("answered: {} [500]");
        assertThat(engine.requests()).hasSize(6);
    }

    private static String topic(String name, int end) {
        return "{\"topic\":\"" + name + "\",\"partitions\":[{\"partition\":0,\"start\":0,\"end\":" + end
                + ",\"bytes\":0}],\"groups\":[]}";
    }
}

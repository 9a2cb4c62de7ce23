package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code why}, {@code top} and {@code scale} ask of an engine, and what they tell of it. */
class ScalingCommandsTest {
    private static final String PRICE = """
            {"name":"price","handler":"com.acme.Price","shape":"reactive","state":"READY","detail":"","instances":2,
             "instancesWanted":3,"concurrency":16,"leased":7,"runnable":0,"callsWaiting":0,"zombies":0,"runs":1,"failures":0}""";
    private static final String SCALING = """
            {"function":"price","node":"node-1","policy":"demand","byHand":false,"ready":2,"starting":1,"draining":0,
             "wanted":3,"min":0,"max":8,"slots":32,"leased":7,"busy":0.21875,"slotsCap":null,"runnable":0,
             "blocked":97,"callsWaiting":0,"unfetched":100.0,"lagEvents":120,"lagSeconds":0.25,"arrivalsPerSecond":40.0,
             "needSlots":33.0,"serviceSeconds":0.2,"cpu":0.42,"reason":"NEED",
             "words":"2 -> 3 instances: 0.200 s per event x (40.0/s arriving)","decidedAt":"2026-01-31T06:00:03Z"}""";
    private static final String DECISIONS = """
            {"items":[
             {"function":"price","node":"node-1","at":"2026-01-31T06:00:03.123Z","since":"2026-01-31T06:00:03.023Z",
              "count":2,"from":2,"to":3,"reason":"NEED","words":"2 -> 3 instances: 0.200 s per event x (40.0/s arriving)",
              "inputs":{"lagEvents":120,"blocked":97,"arrivalsPerSecond6s":40.0,"leased":7}},
             {"function":"price","node":"node-1","at":"2026-01-31T06:00:02.9Z","since":"2026-01-31T06:00:01Z",
              "count":19,"from":0,"to":2,"reason":"HOLD_UNKNOWN_LAG","words":"0 -> 2 instances: it is unknown how much waits",
              "inputs":{"lagEvents":null,"arrivalsPerSecond6s":12.5,"leased":0}}]}""";

    private FakeEngine engine;

    @BeforeEach
    void start() {
        engine = new FakeEngine();
        engine.answer("GET /admin/v1/functions", 200, "{\"items\":[" + PRICE + "]}");
        engine.answer("GET /admin/v1/functions/price/scaling", 200, SCALING);
        engine.answer("GET /admin/v1/functions/price/decisions", 200, DECISIONS);
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void tellsWhyThereAreSoManyInstances() {
        var outcome = engine.run("why", "price");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo("""
                price has 3 instances, 1 of them starting on node-1; policy demand, min 0, max 8
                because: 0.200 s per event x (40.0/s arriving)
                now: 7 of 32 slots busy, 40.0/s arriving, 120 events behind, the oldest for 250ms, 97 of them blocked, 0 calls waiting

                AT                        TIMES  INSTANCES  REASON            WHY
                2026-01-31T06:00:03.123Z      2     2 -> 3  NEED              0.200 s per event x (40.0/s arriving)
                2026-01-31T06:00:02.900Z     19     0 -> 2  HOLD_UNKNOWN_LAG  it is unknown how much waits
                """);
    }

    @Test
    void saysThatNoSlotIsReadyInsteadOfCountingThem() {
        engine.answer("GET /admin/v1/functions/none/decisions", 200, "{\"items\":[]}");
        engine.answer(
                "GET /admin/v1/functions/none/scaling",
                200,
                SCALING.replace("\"slots\":32,\"leased\":7", "\"slots\":0,\"leased\":0"));

        assertThat(engine.run("why", "none").out()).contains("\nnow: no slot ready, 40.0/s arriving, ");
    }

    @Test
    void showsUnknownLagAsAQuestionAndNotAsZero() {
        engine.answer("GET /admin/v1/functions/late/decisions", 200, DECISIONS);
        engine.answer(
                "GET /admin/v1/functions/late/scaling",
                200,
                SCALING.replace("\"lagEvents\":120,\"lagSeconds\":0.25", "\"lagEvents\":null,\"lagSeconds\":null"));

        assertThat(engine.run("why", "late").out()).contains("? events behind, the oldest for ?");
        assertThat(engine.run("why", "price", "-o", "wide").out())
                .contains("19     0 -> 2  HOLD_UNKNOWN_LAG    ?        ?    12.5     0  node-1  it is unknown");
    }

    @Test
    void printsFiguresAndDecisionsAsOneDocument() throws IOException {
        var json = Json.read(engine.run("why", "price", "-o", "json").out());

        assertThat(json.path("scaling").path("wanted").asInt()).isEqualTo(3);
        assertThat(json.path("decisions")).hasSize(2);
        assertThat(engine.run("why", "price", "-o", "yaml").out()).startsWith("scaling:\n  function: price\n");
        assertThat(engine.run("why", "price", "-o", "name").out())
                .startsWith("decision/price@2026-01-31T06:00:03.123Z\n");
    }

    @Test
    void printsDecisionsThatAreNewWhileWatching() {
        engine.answer("GET /admin/v1/functions/price/decisions", 200, DECISIONS);
        engine.answer("GET /admin/v1/functions/price/decisions", 200, """
                {"items":[
                 {"function":"price","at":"2026-01-31T06:00:09Z","since":"2026-01-31T06:00:05Z","count":4,"from":3,"to":3,
                  "reason":"MAX","words":"stays at 3 instances: max is 3","inputs":{}},
                 {"function":"price","at":"2026-01-31T06:00:04Z","since":"2026-01-31T06:00:03.023Z","count":7,"from":2,
                  "to":3,"reason":"NEED","words":"2 -> 3 instances: known already","inputs":{}}]}""");
        engine.answer(
                "GET /admin/v1/functions/price/decisions", 404, "{\"detail\":\"there is no function named 'price'\"}");

        var outcome = assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> engine.run("why", "price", "-w", "--interval", "10ms"));

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(outcome.out())
                .endsWith("2026-01-31T06:00:09.000Z      4  3 -> 3  MAX     max is 3\n"
                        .replace("      4  ", "      4     "))
                .doesNotContain("known already");
    }

    @Test
    void givesUpWatchingWhenTheEngineHasBeenSilentThreeTimesInARow() {
        for (var status : new int[] {503, 503, 200, 500}) {
            engine.answer("GET /admin/v1/functions/price/decisions", status, status == 200 ? DECISIONS : "{}");
        }

        var outcome = assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> engine.run("why", "price", "--watch", "--interval", "1ms"));

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(outcome.err()).contains("[500]").doesNotContain("[503]");
        assertThat(engine.requests())
                .as("decisions and figures first, then six looks")
                .hasSize(8);
    }

    @Test
    void tellsTheSameWatchToThoseWhoAskForHelp() {
        var watch = "  -w, --watch           Go on and print what changes.\n"
                + "      --interval=TIME   How often --watch looks (default 1s).\n";

        assertThat(engine.run("why", "--help").out().replaceAll(" {2,}", "  "))
                .contains(watch.replaceAll(" {2,}", "  "));
        assertThat(engine.run("get", "--help").out().replaceAll(" {2,}", "  "))
                .contains(watch.replaceAll(" {2,}", "  "));
    }

    @Test
    void endsWith3WhenThereIsNoSuchFunction() {
        var problem = "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"there is no function named 'none'\"}";
        engine.answer("GET /admin/v1/functions/none/decisions", 404, problem);
        engine.answer("POST /admin/v1/functions/none/scale", 404, problem);

        var why = engine.run("why", "none");

        assertThat(why.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(why.err()).contains("there is no function named 'none'");
        assertThat(engine.run("scale", "none", "1").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void printsTopOnceWhereNoPersonLooks() {
        var outcome = engine.run("top");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEqualTo("""
                FUNCTION  STATE  INSTANCES  MIN-MAX  BUSY  RATE/s  LAG  BLOCKED   WAIT  REASON  LAST DECISION
                price     READY        2/3      0-8  7/32    40.0  120       97  250ms  NEED    0.200 s per event x (40.0/s arriving)
                """);
    }

    @Test
    void printsTopAsItemsForPrograms() throws IOException {
        var json = Json.read(engine.run("top", "-o", "json").out());

        assertThat(json.path("items")).hasSize(1);
        assertThat(json.path("items").get(0).path("state").asText()).isEqualTo("READY");
        assertThat(json.path("items").get(0).path("lagEvents").asInt()).isEqualTo(120);
        assertThat(engine.run("top", "-o", "name").out()).isEqualTo("function/price\n");
    }

    @Test
    void drawsTheScreenAgainUntilQIsPressedAndLeavesTheOldOneBehind() {
        var outcome = assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> engine.run(Map.of("SLUICE_COLUMNS", "90"), "xq", "top"));

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .startsWith("\u001b[?1049h\u001b[?25l\u001b[Hsluice top: node-1, CPU 42 %, 1 function; q ends")
                .contains("price     READY        2/3")
                .endsWith("\u001b[?25h\u001b[?1049l");
        assertThat(outcome.out().lines().map(line -> line.replaceAll("\u001b\\[[^a-zA-Z]*[a-zA-Z]", "")))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(90));
    }

    @Test
    void setsANumberByHandAndTellsHowToTakeItBack() {
        engine.answer(
                "POST /admin/v1/functions/price/scale",
                200,
                "{\"function\":\"price\",\"node\":\"node-1\",\"before\":2,\"instances\":\"4\"}");

        var outcome = engine.run("scale", "price", "4");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .isEqualTo("price on node-1: 2 -> 4 instances until its process ends, or 'sluice scale price auto'\n");
        assertThat(engine.onlyRequest().body()).isEqualTo("{\"instances\":\"4\"}");
    }

    @Test
    void leavesTheNumberToThePolicyAgain() {
        engine.answer(
                "POST /admin/v1/functions/price/scale",
                200,
                "{\"function\":\"price\",\"node\":\"node-1\",\"before\":4,\"instances\":\"auto\"}");

        var outcome = engine.run("scale", "price", "auto");

        assertThat(outcome.err()).isEqualTo("price on node-1: left to its policy\n");
        assertThat(engine.onlyRequest().body()).isEqualTo("{\"instances\":\"auto\"}");
    }

    @Test
    void asksNoEngineForWhatIsNoNumber() {
        assertThat(engine.run("scale", "price", "many").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(engine.run("scale", "price", "-1").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(engine.run("scale", "price").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(engine.run("why", "price", "--limit", "0").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(engine.run("why").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(engine.requests()).isEmpty();
    }

    @Test
    void endsWith4WhenTheManifestAllowsFewer() {
        engine.answer(
                "POST /admin/v1/functions/price/scale",
                409,
                "{\"title\":\"Conflict\",\"status\":409,\"detail\":\"function 'price' has at most 8 instances\"}");

        var outcome = engine.run("scale", "price", "9");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.INVALID);
        assertThat(outcome.err()).contains("has at most 8 instances");
    }
}

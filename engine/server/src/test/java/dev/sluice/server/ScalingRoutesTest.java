package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.broker.Ordering;
import dev.sluice.engine.ScalingStatus;
import dev.sluice.engine.scaling.Decision;
import dev.sluice.engine.scaling.DecisionLog;
import dev.sluice.engine.scaling.FixedPolicy;
import dev.sluice.engine.scaling.Load;
import dev.sluice.engine.scaling.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the admin API tells of a function's instances, and takes of a person. */
class ScalingRoutesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "/admin/v1/functions/";

    private final AtomicReference<ScalingStatus> scaling = new AtomicReference<>(scaling(0, 12, 0.5));
    private final DecisionLog decisions = new DecisionLog();
    private final HandScaling hand = new HandScaling(new FixedPolicy());
    private final ScalingRoutes routes = new ScalingRoutes(
            new NodeScaling(
                    () -> "node-1",
                    name -> Optional.of(scaling.get())
                            .filter(it -> it.function().equals(name)),
                    name -> decisions.newestFirst(),
                    Map.of("price", hand)),
            new AdminJson());

    @Test
    void tellsHowAFunctionScalesInFlatFigures() throws Exception {
        var figures = get("price/scaling", 200);

        assertThat(figures)
                .allSatisfy(figure -> assertThat(figure.isContainerNode()).isFalse());
        assertThat(figures.path("node").asText()).isEqualTo("node-1");
        assertThat(figures.path("ready").asInt()).isEqualTo(2);
        assertThat(figures.path("lagEvents").asLong()).isEqualTo(12);
        assertThat(figures.path("blocked").asInt()).isEqualTo(5);
        assertThat(figures.path("needSlots").asDouble()).isEqualTo(0.5);
        assertThat(figures.path("decidedAt").asText()).isEqualTo("2026-01-31T06:00:00Z");
        assertThat(figures.path("byHand").asBoolean(true)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0.016666666666666666, 0.01667",
        "0.00012345678, 1.235E-4",
        "31.415926535, 31.42",
        "999.96, 1000.0",
        "123456.789, 123457.0",
        "0.5, 0.5",
        "0, 0.0"
    })
    void tellsFourDigitsOfAFigureAndEachBeforeThePoint(double measured, String told) throws Exception {
        scaling.set(scaling(0, 12, measured));

        assertThat(get("price/scaling", 200).path("needSlots").asText()).isEqualTo(told);
    }

    @Test
    void tellsNoMoreDigitsOfTheInputsOfADecision() throws Exception {
        decide(1, 3, 700);

        var inputs = get("price/decisions", 200).path("items").get(0).path("inputs");

        assertThat(inputs.path("arrivalsPerSecond6s").asText()).isEqualTo("33.33");
        assertThat(inputs.path("leasedPeak60s").asText()).isEqualTo("0.6667");
    }

    @Test
    void tellsUnknownLagFromNoLag() throws Exception {
        scaling.set(scaling(0, -1, -1));
        var unknown = get("price/scaling", 200);
        assertThat(unknown.path("lagEvents").isNull()).isTrue();
        assertThat(unknown.path("needSlots").isNull()).isTrue();

        scaling.set(scaling(0, 0, 0));
        assertThat(get("price/scaling", 200).path("lagEvents").isInt()).isTrue();
    }

    @Test
    void listsDecisionsNewestFirstWithTheirInputsAndTheNode() throws Exception {
        decide(0, 1, 0);
        decide(1, 3, 700);
        decide(3, 2, 800);

        var items = get("price/decisions?limit=2", 200).path("items");

        assertThat(items).hasSize(2);
        var newest = items.get(0);
        assertThat(newest.path("node").asText()).isEqualTo("node-1");
        assertThat(newest.path("function").asText()).isEqualTo("price");
        assertThat(newest.path("from").asInt()).isEqualTo(3);
        assertThat(newest.path("to").asInt()).isEqualTo(2);
        assertThat(newest.path("reason").asText()).isEqualTo("NEED");
        assertThat(newest.path("words").asText()).isEqualTo("3 -> 2 instances: because 800 wait");
        assertThat(newest.path("at").asText()).isEqualTo("2026-01-31T06:00:03Z");
        assertThat(newest.path("inputs").path("lagEvents").asInt()).isEqualTo(800);
        assertThat(newest.path("inputs").path("blocked").asInt()).isEqualTo(5);
        assertThat(items.get(1).path("to").asInt()).isEqualTo(3);
        assertThat(get("price/decisions", 200).path("items")).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=1001", "limit=all", "limit=", "limit=5&x=1", "last=5"})
    void refusesALimitThatIsNone(String query) throws Exception {
        var problem = get("price/decisions?" + query, 400);

        assertThat(problem.path("detail").asText()).startsWith("limit must be a number from 1 to 1000");
    }

    @Test
    void setsTheNumberOfInstancesByHandAndBack() throws Exception {
        assertThat(new String(scale("price", "{\"instances\": 4}").body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"function\":\"price\",\"node\":\"node-1\",\"before\":2,\"instances\":\"4\"}");
        assertThat(hand.instances()).hasValue(4);
        assertThat(get("price/scaling", 200).path("byHand").asBoolean()).isTrue();

        assertThat(scale("price", "{\"instances\": \"auto\"}").status()).isEqualTo(200);
        assertThat(hand.instances()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            price | {"instances": 17}     | 409 | function 'price' has at most 16 instances by its manifest, scaling.max
            price | {"instances": -1}     | 400 | the body must be {"instances": 4} or {"instances": "auto"}
            price | {"instances": 1.5}    | 400 | the body must be {"instances": 4} or {"instances": "auto"}
            price | {"instances": "none"} | 400 | the body must be {"instances": 4} or {"instances": "auto"}
            price | {}                    | 400 | the body must be {"instances": 4} or {"instances": "auto"}
            price | []                    | 400 | the body must be {"instances": 4} or {"instances": "auto"}
            none  | {"instances": 1}      | 404 | there is no function named 'none'
            """)
    void refusesANumberOfInstancesThatCantBe(String name, String body, int status, String detail) throws Exception {
        var reply = scale(name, body);

        assertThat(reply.status()).isEqualTo(status);
        assertThat(JSON.readTree(reply.body()).path("detail").asText()).isEqualTo(detail);
        assertThat(hand.instances()).isEmpty();
    }

    private Reply scale(String name, String body) {
        return routes.post(PREFIX + name + "/scale", body.getBytes(StandardCharsets.UTF_8))
                .orElseThrow();
    }

    private JsonNode get(String path, int status) throws IOException {
        var query = path.indexOf('?');
        var reply = query < 0
                ? routes.get(PREFIX + path, "").orElseThrow()
                : routes.get(PREFIX + path.substring(0, query), path.substring(query + 1))
                        .orElseThrow();
        assertThat(reply.status()).isEqualTo(status);
        return JSON.readTree(reply.body());
    }

    /** A decision, a second after the one before. */
    private void decide(int from, int to, long lag) {
        var load = new Load(
                0,
                new Load.Instances(from, 0, 0, 0),
                new Load.Slots(0, 2 / 3.0, 0, 0, 0, 0, 0, 0, 0, false),
                new Load.Arrivals(100 / 3.0, 0),
                new Load.Backlog(Ordering.KEY, lag, true, lag, 0, 0, 0, 0, new Load.Blocked(5, 4, 2)),
                0,
                0.5);
        var decision = Decision.of(load, to, Reason.NEED, () -> "because " + lag + " wait");
        decisions.add(
                decision,
                Instant.parse("2026-01-31T06:00:00Z")
                        .plusSeconds(decisions.newestFirst().size() + 1));
    }

    static ScalingStatus scaling(int min, long lag, double need) {
        return new ScalingStatus(
                "price",
                "demand",
                2,
                0,
                0,
                2,
                min,
                16,
                32,
                4,
                0.125,
                -1,
                3,
                5,
                0,
                lag,
                lag,
                lag < 0 ? -1 : 1.5,
                10,
                need,
                0.2,
                0.5,
                Reason.NEED,
                "stays at 2 instances: because",
                Instant.parse("2026-01-31T06:00:00Z"));
    }
}

package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Moving a position: what is asked of the engine, and what is told of it. */
class ResetCommandTest {
    private static final String ROUTE = "POST /admin/v1/triggers/price-orders/reset";
    private static final String MOVED = """
            {"topic":"orders","group":"price","triggers":["price-orders","audit"],"to":"earliest",
             "partitions":[{"partition":0,"from":120,"to":0},{"partition":11,"from":-1,"to":7}]}""";

    private FakeEngine engine;

    @BeforeEach
    void start() {
        engine = new FakeEngine();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void showsWhereEachPositionWasAndIsAndWhoSharesIt() {
        engine.answer(ROUTE, 200, MOVED);

        var outcome = engine.run("reset", "price-orders", "--to", "earliest");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEqualTo("""
                        PARTITION  FROM  TO
                                0   120   0
                               11     ?   7
                        """);
        assertThat(outcome.err()).isEqualTo("moved group 'price' of topic 'orders' to earliest, which audit shares\n");
        assertThat(engine.requests()).singleElement().satisfies(request -> assertThat(request.body())
                .isEqualTo("{\"to\":\"earliest\",\"partitions\":[]}"));
    }

    @Test
    void asksForTheNamedPartitionsOnlyAndSendsJson() {
        engine.answer(ROUTE, 200, MOVED);

        engine.run("reset", "price-orders", "--to", "2026-01-31T06:00:00Z", "--partition", "3", "--partition", "5");

        assertThat(engine.requests()).singleElement().satisfies(request -> {
            assertThat(request.body()).isEqualTo("{\"to\":\"2026-01-31T06:00:00Z\",\"partitions\":[3,5]}");
            assertThat(request.headers()).containsEntry("content-type", "application/json");
        });
    }

    @Test
    void endsWith4AndTheReasonWhenThereIsNothingToMove() {
        engine.answer(
                ROUTE,
                409,
                "{\"title\":\"Conflict\",\"status\":409,\"detail\":\"broker 'default' refuses: no position can be moved\"}");

        var outcome = engine.run("reset", "price-orders", "--to", "latest");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.INVALID);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("broker 'default' refuses: no position can be moved");
    }

    @Test
    void tellsInOneLineWhatPlaceIsNone() {
        engine.answer(ROUTE, 400, "{\"status\":400,\"detail\":\"to is 'yesterday': must be earliest\"}");

        var outcome = engine.run("reset", "price-orders", "--to", "yesterday");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.INVALID);
        assertThat(outcome.err()).isEqualTo("sluice: to is 'yesterday': must be earliest [400]\n");
    }

    @Test
    void needsAPlaceAndATrigger() {
        assertThat(engine.run("reset", "price-orders").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(engine.run("reset", "--to", "latest").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(engine.run("reset", "x", "--to", "latest", "--partition", "one")
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(engine.requests()).isEmpty();
    }
}

package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the commands ask of the engine about an event, and what they print of its answer. */
class ExplainCommandsTest {
    private static final String EXPLAIN = "GET /admin/v1/triggers/price-orders/explain?event=order-1%2Fx";
    private static final String EXPLANATION = """
            {"event":"order-1/x","trigger":"price-orders","node":"a","outcome":"FILTERED",
             "sentence":"order-1/x was not delivered: no\\u001b[2J",
             "facts":["18:00:00.000  received","filter: no\\nmatch"]}""";
    private static final String TRACE = """
            {"event":"order-1","source":"/shop","node":"a","causes":[],"hops":[
              {"trigger":"","function":"","steps":[{"at":"never","stage":"STORED","words":"stored on orders"}],"answers":[]},
              {"trigger":"price-orders","function":"price",
               "steps":[{"at":"t1","stage":"RECEIVED","words":"received"},{"at":"t2","stage":"ENDED","words":"try 1 ended well"}],
               "answers":[{"event":"order-1:price-orders:1","source":"/functions/price","node":"a","causes":["order-1"],
                 "hops":[{"trigger":"ship","function":"ship","steps":[{"at":"t3","stage":"ACCEPTED","words":"done"}],
                          "answers":[]}]}]}]}""";

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
    void printsTheSentenceAndItsFactsSafely() {
        engine.answer(EXPLAIN, 200, EXPLANATION);

        var outcome = engine.run("explain", "order-1/x", "--trigger", "price-orders");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEqualTo("""
                order-1/x was not delivered: no\\u001b[2J
                  18:00:00.000  received
                  filter: no\\nmatch
                """);
    }

    @Test
    void namesTheSourceThatIsMeant() {
        engine.answer(EXPLAIN + "&source=%2Fshop", 200, EXPLANATION);

        var outcome = engine.run("explain", "order-1/x", "-t", "price-orders", "--source", "/shop", "-o", "json");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("\"outcome\" : \"FILTERED\"");
    }

    @Test
    void endsWith3WhenNothingIsKnown() {
        engine.answer(EXPLAIN, 404, "{\"status\":404,\"detail\":\"nothing is known of order-1/x\"}");

        var outcome = engine.run("explain", "order-1/x", "--trigger", "price-orders");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(outcome.err()).isEqualTo("sluice: nothing is known of order-1/x [404]\n");
    }

    @Test
    void wantsATrigger() {
        assertThat(engine.run("explain", "order-1").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void printsATraceAsATree() {
        engine.answer("GET /admin/v1/events/order-1/trace", 200, TRACE);

        var outcome = engine.run("trace", "order-1");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEqualTo("""
                order-1  of /shop
                  never  stored on orders
                  price-orders -> price
                    t1  received
                    t2  try 1 ended well
                    order-1:price-orders:1  of /functions/price
                      ship -> ship
                        t3  done
                """);
    }

    @Test
    void printsATraceAsYaml() {
        engine.answer("GET /admin/v1/events/order-1/trace?source=%2Fshop", 200, TRACE);

        var outcome = engine.run("trace", "order-1", "--source", "/shop", "-o", "yaml");

        assertThat(outcome.out()).startsWith("event: order-1\n");
    }

    @Test
    void endsWith3WhenNothingIsKept() {
        engine.answer("GET /admin/v1/events/none/trace", 404, "{\"status\":404,\"detail\":\"no decision is kept\"}");

        assertThat(engine.run("trace", "none").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    }
}

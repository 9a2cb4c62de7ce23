package dev.sluice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InvokeCommandTest {
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
    void printsTheDataOnStdoutAndTheAttributesOnStderr() {
        answer("application/json", "{\"total\":1.10}");

        var outcome = engine.run("invoke", "price", "--type", "order", "-d", "{}");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEqualTo("{\"total\":1.10}\n");
        assertThat(outcome.err().lines())
                .containsExactly(
                        "specversion: 1.0",
                        "id: a 1",
                        "source: /price",
                        "type: invoice",
                        "datacontenttype: application/json");
        assertThat(engine.onlyRequest().path()).isEqualTo("/functions/price");
        assertThat(engine.onlyRequest().headers())
                .containsEntry("ce-type", "order")
                .containsKey("accept");
    }

    @Test
    void printsTheWholeEventAsJsonWithItsNumbersAsTheyCame() throws IOException {
        answer("application/json", "{\"total\":1.10}");

        var outcome = engine.run("invoke", "price", "-o", "json");

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).contains("1.10");
        var json = Json.read(outcome.out());
        assertThat(json.path("id").asText()).isEqualTo("a 1");
        assertThat(json.path("data").path("total").decimalValue()).hasToString("1.10");
    }

    @Test
    void printsTextAsTextAndBytesAsBase64InJson() throws IOException {
        answer("text/plain", "grüezi");
        assertThat(Json.read(engine.run("invoke", "price", "-o", "json").out())
                        .path("data")
                        .asText())
                .isEqualTo("grüezi");

        engine.close();
        start();
        answer("image/png", "\u0001");
        assertThat(Json.read(engine.run("invoke", "price", "-o", "json").out())
                        .path("data_base64")
                        .asText())
                .isEqualTo("AQ==");
    }

    @Test
    void printsEveryAnswerOfABatch() {
        var batch = "[{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"data\":{\"n\":1}},"
                + "{\"specversion\":\"1.0\",\"id\":\"2\",\"source\":\"/\",\"type\":\"t\",\"data_base64\":\"aGk=\","
                + "\"datacontenttype\":\"text/plain\"}]";
        engine.answer(
                "POST /functions/price",
                200,
                Map.of("Content-Type", "application/cloudevents-batch+json"),
                batch.getBytes(UTF_8));

        assertThat(engine.run("invoke", "price").out()).isEqualTo("{\"n\":1}\nhi\n");
    }

    @Test
    void saysThatThereIsNoAnswer() {
        engine.answer("POST /functions/price", 204, "");

        var outcome = engine.run("invoke", "price");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).isEqualTo("price answered without an event\n");
    }

    @Test
    void escapesWhatCouldHarmATerminalAndNothingInAPipe() {
        answer("text/plain", "a\u001b[2J\u009bb");

        assertThat(engine.run(Map.of("SLUICE_COLUMNS", "80"), "", "invoke", "price")
                        .out())
                .isEqualTo("a\\u001b[2J\\u009bb\n");
        assertThat(engine.run("invoke", "price").out()).isEqualTo("a\u001b[2J\u009bb\n");
    }

    @Test
    void mapsTheEnginesStatusToTheExitCode() {
        assertThat(exitCodeFor(400)).isEqualTo(ExitCode.INVALID);
        assertThat(exitCodeFor(404)).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(exitCodeFor(413)).isEqualTo(ExitCode.INVALID);
        assertThat(exitCodeFor(502)).isEqualTo(ExitCode.FAILURE);
        assertThat(exitCodeFor(503)).isEqualTo(ExitCode.FAILURE);
        assertThat(exitCodeFor(504)).isEqualTo(ExitCode.TIMED_OUT);
    }

    @Test
    void showsTheEnginesWordsOrAnExcerptOfWhateverElseAnswered() {
        engine.answer("POST /functions/price", 502, "{\"detail\":\"function 'price' failed: no rate for XAU\"}");
        assertThat(engine.run("invoke", "price").err())
                .isEqualTo("sluice: function 'price' failed: no rate for XAU [502]\n");

        engine.answer("POST /functions/other", 502, Map.of(), "<html>Bad\ngateway".getBytes(UTF_8));
        assertThat(engine.run("invoke", "other").err())
                .contains("/functions/other answered: <html>Bad\\ngateway [502]");
    }

    @Test
    void refusesSeveralEvents() {
        var lines = engine.run(Map.of(), "{}\n{}", "invoke", "price", "-f", "-", "--content-type", "application/jsonl");

        assertThat(lines.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(lines.err()).contains("invoke calls with one event");
    }

    private void answer(String contentType, String data) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("ce-specversion", "1.0");
        headers.put("ce-id", "a%201");
        headers.put("ce-source", "/price");
        headers.put("ce-type", "invoice");
        headers.put("Content-Type", contentType);
        engine.answer("POST /functions/price", 200, headers, data.getBytes(UTF_8));
    }

    private int exitCodeFor(int status) {
        engine.answer("POST /functions/f" + status, status, "{\"detail\":\"no\"}");
        return engine.run("invoke", "f" + status).exitCode();
    }
}

package dev.sluice.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SendCommandTest {
    private static final String EVENT =
            "{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/s\",\"type\":\"t\",\"data\":{\"n\":1.10}}";

    @TempDir
    Path folder;

    private FakeEngine engine;

    @BeforeEach
    void start() {
        engine = new FakeEngine();
        engine.answer("POST /topics/orders", 202, "");
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void sendsTheEventThatTheFlagsDescribeInBinaryMode() {
        var outcome = engine.run(
                "send",
                "orders",
                "--id",
                "7",
                "--source",
                "/shop",
                "--type",
                "order.placed",
                "--subject",
                "A 1",
                "-e",
                "partitionkey=ada",
                "-e",
                "note=Euro €\"%",
                "--data",
                "{\"n\": 1.10}");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEqualTo("7\n");
        assertThat(outcome.err()).isEqualTo("sent 1 event to orders\n");
        var request = engine.onlyRequest();
        assertThat(request.body()).isEqualTo("{\"n\": 1.10}");
        assertThat(request.headers())
                .containsEntry("ce-specversion", "1.0")
                .containsEntry("ce-id", "7")
                .containsEntry("ce-source", "/shop")
                .containsEntry("ce-type", "order.placed")
                .containsEntry("ce-subject", "A%201")
                .containsEntry("ce-partitionkey", "ada")
                .containsEntry("ce-note", "Euro%20%E2%82%AC%22%25")
                .containsEntry("content-type", "application/json");
    }

    @Test
    void fillsInWhatEveryEventNeeds() {
        var outcome = engine.run("send", "--topic", "orders", "-d", "hello");

        var headers = engine.onlyRequest().headers();
        assertThat(headers.get("ce-id")).hasSize(36).isEqualTo(outcome.out().strip());
        assertThat(headers)
                .containsEntry("ce-source", "/sluice/cli")
                .containsEntry("ce-type", "dev.sluice.cli.event")
                .containsEntry("content-type", "text/plain; charset=utf-8");
    }

    @Test
    void sendsAnEventWithoutDataWhenThereIsNone() {
        assertThat(engine.run("send", "orders").exitCode()).isZero();

        assertThat(engine.onlyRequest().headers()).doesNotContainKey("content-type");
        assertThat(engine.onlyRequest().body()).isEmpty();
    }

    @Test
    void sendsAFileAsDataWithTheTypeOfItsName() throws IOException {
        engine.run("send", "orders", "--file", write("order.xml", "<order/>"));
        engine.run("send", "orders", "--file", write("order.json", "{\"n\":1}"));
        engine.run("send", "orders", "--file", write("order.bin", "\u0001\u0002"));

        assertThat(engine.requests().stream().map(it -> it.headers().get("content-type")))
                .containsExactly("application/xml", "application/json", "application/octet-stream");
    }

    @Test
    void sendsAWholeEventAsItIs() throws IOException {
        var outcome = engine.run("send", "orders", "--file", write("event.json", EVENT));

        assertThat(outcome.out()).isEqualTo("e-1\n");
        assertThat(engine.onlyRequest().headers()).containsEntry("content-type", "application/cloudevents+json");
        assertThat(engine.onlyRequest().body()).isEqualTo(EVENT);
    }

    @Test
    void sendsWhatLooksLikeAnEventAsDataWhenTold() throws IOException {
        var file = write("event.json", EVENT);

        engine.run("send", "orders", "--file", file, "--content-type", "application/json");

        assertThat(engine.onlyRequest().headers())
                .containsKey("ce-id")
                .containsEntry("content-type", "application/json");
    }

    @Test
    void refusesToChangeAWholeEventByFlags() throws IOException {
        var outcome = engine.run("send", "orders", "--file", write("event.json", EVENT), "--type", "other");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err()).contains("holds whole events", "--content-type application/json");
        assertThat(engine.requests()).isEmpty();
    }

    @Test
    void readsStdinForADash() {
        var outcome = engine.run(Map.of(), "[" + EVENT + "]", "send", "orders", "--file", "-");

        assertThat(outcome.out()).isEqualTo("e-1\n");
        assertThat(engine.onlyRequest().headers()).containsEntry("content-type", "application/cloudevents-batch+json");
    }

    @Test
    void sendsJsonLinesAsOneBatchEventsAsTheyAreAndOtherLinesAsData() throws IOException {
        var file = write("events.jsonl", EVENT + "\r\n\n{\"n\": 2.50}\n");

        var outcome = engine.run("send", "orders", "-f", file, "--type", "made", "-e", "partitionkey=k");

        assertThat(outcome.err()).isEqualTo("sent 2 events to orders\n");
        assertThat(outcome.out().lines()).hasSize(2).first().isEqualTo("e-1");
        assertThat(engine.onlyRequest().headers()).containsEntry("content-type", "application/cloudevents-batch+json");
        var body = engine.onlyRequest().body();
        assertThat(body).contains(EVENT, "\"data\":{\"n\": 2.50}}");
        var made = Json.read(body).get(1);
        assertThat(made.path("type").asText()).isEqualTo("made");
        assertThat(made.path("partitionkey").asText()).isEqualTo("k");
        assertThat(made.path("specversion").asText()).isEqualTo("1.0");
    }

    @Test
    void cutsManyLinesIntoBatchesAnEngineTakes() throws IOException {
        var big = "{\"text\":\"" + "x".repeat(100_000) + "\"}\n";
        engine.run("send", "orders", "-f", write("big.jsonl", big.repeat(4)));
        assertThat(engine.requests())
                .hasSize(4)
                .allSatisfy(it -> assertThat(it.body().length()).isLessThan(1 << 20));

        engine.requests().clear();
        var outcome = engine.run("send", "orders", "-f", write("many.jsonl", "{}\n".repeat(600)));
        assertThat(engine.requests()).hasSize(3);
        assertThat(outcome.out().lines()).hasSize(600).doesNotHaveDuplicates();
    }

    @Test
    void namesTheLineThatIsNotJsonAndHowManyWentOut() throws IOException {
        var outcome = engine.run("send", "orders", "-f", write("bad.jsonl", "{}\n".repeat(300) + "{oops\n"));

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.INVALID);
        assertThat(outcome.err()).isEqualTo("sent 256 before this:\nsluice: line 301 is not JSON: {oops\n");
    }

    @Test
    void refusesLinesThatAreNotUtf8InsteadOfChangingThem() throws IOException {
        var file = Files.write(folder.resolve("latin.jsonl"), "{\"name\":\"Müller\"}\n".getBytes(ISO_8859_1));

        var outcome = engine.run("send", "orders", "-f", file.toString());

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.INVALID);
        assertThat(outcome.err()).contains("is not all UTF-8");
        assertThat(engine.requests()).isEmpty();
    }

    @Test
    void tellsTheEventsThatTheBrokerRefused() throws IOException {
        engine.answer(
                "POST /topics/mixed",
                207,
                "[{\"id\":\"e-1\",\"status\":202},"
                        + "{\"id\":\"e-2\",\"status\":503,\"error\":\"partition 2 is full\"}]");

        var outcome = engine.run("send", "mixed", "-f", write("two.jsonl", EVENT + "\n" + EVENT.replace("e-1", "e-2")));

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(outcome.out()).isEqualTo("e-1\n");
        assertThat(outcome.err()).isEqualTo("not sent: e-2: partition 2 is full [503]\nsent 1 event to mixed\n");
    }

    @Test
    void triesAgainWhenTheEngineHoldsItBack() {
        var wait = Map.of("Retry-After", "0");
        engine.answer("POST /topics/full", 429, wait, "{}".getBytes(UTF_8)).answer("POST /topics/full", 202, "");

        var outcome = engine.run("send", "full", "--id", "1");

        assertThat(outcome.exitCode()).isZero();
        assertThat(engine.requests()).hasSize(2);
        assertThat(outcome.err()).startsWith("held back by the engine");
    }

    @Test
    void givesUpWhenTheWaitIsLongerThanTheTimeout() {
        var problem = "{\"title\":\"Too Many Requests\",\"detail\":\"topic full is full\"}".getBytes(UTF_8);
        engine.answer("POST /topics/full", 429, Map.of("Retry-After", "60"), problem);

        var outcome = engine.run("send", "full", "--timeout", "5s");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(outcome.err()).isEqualTo("sluice: topic full is full (try again in 60 s) [429]\n");
    }

    @Test
    void exitsWith4AndTheEnginesWordsWhenTheEventIsInvalid() {
        engine.answer("POST /topics/strict", 400, "{\"title\":\"Bad Request\",\"detail\":\"type must not be empty\"}");

        var outcome = engine.run("send", "strict", "--type", "");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.INVALID);
        assertThat(outcome.err()).isEqualTo("sluice: type must not be empty [400]\n");
    }

    @Test
    void exitsWith2WhenFlagsContradictEachOther() throws IOException {
        var file = write("a.txt", "a");

        assertThat(engine.run("send").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(engine.run("send", "a", "--topic", "b").err()).contains("two topics: a and --topic b");
        assertThat(engine.run("send", "a", "-f", file, "-d", "x").err()).contains("--data and --file exclude");
        assertThat(engine.run("send", "a", "-e", "id=1").err()).contains("--id");
        assertThat(engine.run("send", "a", "-e", "datacontenttype=x").err()).contains("--content-type");
        assertThat(engine.run("send", "a", "-e", "Big=1").err()).contains("lower-case letters and digits");
        assertThat(engine.requests()).isEmpty();
    }

    @Test
    void exitsWith3WhenTheFileIsMissing() {
        var outcome = engine.run(
                "send", "orders", "--file", folder.resolve("none.json").toString());

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(outcome.err()).contains("there is no file").contains("none.json");
    }

    private String write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content, UTF_8).toString();
    }
}

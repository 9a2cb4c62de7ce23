package dev.sluice.server;

import static dev.sluice.server.KnativeNode.recorder;
import static dev.sluice.server.KnativeNode.soon;
import static dev.sluice.server.KnativeNode.trigger;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines 1 to 12 of Knative's conformance: what a broker's address takes. */
@Timeout(60)
class KnativeIngressTest {
    private static KnativeNode node;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        node = new KnativeNode(folder, recorder("ingress") + trigger("in", "in", "ingress"));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void answers202AndNoOther2xxToAnEventOfVersion10() throws Exception {
        assertThat(node.publish("in", "v10", "t")).isEqualTo(202);

        soon().until(() -> Recorder.doneIds("ingress").contains("v10"));
    }

    /** 0.3 among them: its events are not read as what they are not. */
    @ParameterizedTest
    @ValueSource(strings = {"0.3", "2.0", "19.0", "9000.1"})
    void answers400ToAnotherVersionInEitherMode(String version) throws Exception {
        var binary = node.send(
                "POST", "/topics/in", "", "ce-specversion", version, "ce-id", "1", "ce-source", "/s", "ce-type", "t");
        var structured = node.send(
                "POST",
                "/topics/in",
                "{\"specversion\":\"" + version + "\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"}",
                "content-type",
                "application/cloudevents+json");

        for (var answer : List.of(binary, structured)) {
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("specversion").contains(version).contains("must be 1.0");
        }
    }

    @Test
    void deliversAnEventInTheVersionInWhichItCame() throws Exception {
        node.publish("in", "same-version", "t");

        soon().until(() -> Recorder.doneIds("ingress").contains("same-version"));
        assertThat(Recorder.done("ingress"))
                .allSatisfy(
                        event -> assertThat(event.getSpecVersion().toString()).isEqualTo("1.0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/xml", "application/vnd.apache.thrift.binary"})
    void answers202ToAnyTypeOfDataInBinaryMode(String type) throws Exception {
        var answer = node.send(
                "POST",
                "/topics/in",
                "<\"{>",
                "ce-specversion",
                "1.0",
                "ce-id",
                type,
                "ce-source",
                "/s",
                "ce-type",
                "t",
                "content-type",
                type);

        assertThat(answer.statusCode()).isEqualTo(202);
        soon().until(() -> Recorder.doneIds("ingress").contains(type));
    }

    @Test
    void answers202ToAStructuredEvent() throws Exception {
        var answer = node.send(
                "POST",
                "/topics/in",
                "{\"specversion\":\"1.0\",\"id\":\"structured\",\"source\":\"/s\",\"type\":\"t\",\"data\":[1]}",
                "content-type",
                "application/cloudevents+json");

        assertThat(answer.statusCode()).isEqualTo(202);
        soon().until(() -> Recorder.doneIds("ingress").contains("structured"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ce-specversion", "ce-id", "ce-source", "ce-type"})
    void answers400ToAnEventThatLacksOneRequiredAttribute(String missing) throws Exception {
        var headers = new ArrayList<>(
                List.of("ce-specversion", "1.0", "ce-id", "1", "ce-source", "/s", "ce-type", "t", "x", "y"));
        var at = headers.indexOf(missing);
        headers.subList(at, at + 2).clear();

        var answer = node.send("POST", "/topics/in", "", headers.toArray(String[]::new));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"" + missing.substring("ce-".length()) + "\"");
    }

    /** A GET of a topic is its live tail, so that it is no mistake here. */
    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH"})
    void answers405WithAllowToAMethodThatPublishesNothing(String method) throws Exception {
        var answer = node.send(method, "/topics/in", "");

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow").orElse("")).contains("POST");
    }

    @Test
    void answers405ToAGetOfAFunction() throws Exception {
        var answer = node.send("GET", "/functions/ingress", "");

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow").orElse("")).contains("POST");
    }

    @Test
    void listsPostInAllowWhenAskedForOptions() throws Exception {
        var answer = node.send("OPTIONS", "/topics/in", "");

        assertThat(answer.statusCode()).isBetween(200, 299);
        assertThat(answer.headers().firstValue("allow").orElse("")).contains("POST");
    }

    @Test
    void answers404ToATopicThatThereIsNot() throws Exception {
        assertThat(node.publish("unheard-of", "1", "t")).isEqualTo(404);
        assertThat(node.send("POST", "/", "x").statusCode()).isEqualTo(404);
    }

    @Test
    void hasTheEventOnItsTopicByTheTimeItAnswers202() throws Exception {
        var before = node.seen().events("in");

        assertThat(node.publish("in", "stored", "t")).isEqualTo(202);
        assertThat(node.seen().events("in")).isEqualTo(before + 1);
    }

    @Test
    void namesAnAddressOfHttp() {
        assertThat(URI.create(node.url()).getScheme()).isIn("http", "https");
    }
}

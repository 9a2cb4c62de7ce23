package dev.sluice.server;

import static dev.sluice.server.KnativeNode.recorder;
import static dev.sluice.server.KnativeNode.soon;
import static dev.sluice.server.KnativeNode.trigger;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lines 29 to 41 of Knative's conformance: tries, back-off, dead letters. */
@Timeout(60)
class KnativeRetryTest {
    private static final String SOON = "delivery: {retry: 3, backoff-delay: 1ms}";

    private static KnativeNode node;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        node = new KnativeNode(
                folder,
                recorder("thrice", "fail: all")
                        + trigger("thrice", "thrice", "thrice", SOON)
                        + recorder("thrice-letters")
                        + trigger("thrice-letters", "thrice.dlq", "thrice-letters")
                        + recorder("rejects", "reject: \"422, no such customer\"")
                        + trigger("rejects", "rejects", "rejects", SOON)
                        + recorder("rejects-letters")
                        + trigger("rejects-letters", "rejects.dlq", "rejects-letters")
                        + recorder("fibonacci", "fail: fibonacci")
                        + trigger(
                                "fibonacci",
                                "fibonacci",
                                "fibonacci",
                                "delivery: {retry: 10, backoff-policy: linear, backoff-delay: PT0.005S}")
                        + recorder("first-ones", "fail: first 6")
                        + trigger(
                                "first-ones",
                                "first-ones",
                                "first-ones",
                                "delivery: {retry: 10, backoff-policy: linear, backoff-delay: PT0.005S}")
                        + recorder("flaky", "fail: first 4")
                        + trigger(
                                "flaky",
                                "{name: flaky, order: partition}",
                                "flaky",
                                "delivery: {retry: 0, dead-letter: {topic: flaky-letters}}")
                        + recorder("flaky-letters")
                        + trigger("flaky-letters", "flaky-letters", "flaky-letters")
                        + recorder("late", "never: yes")
                        + trigger("late", "late", "late", "delivery: {retry: 1, backoff-delay: 1ms, timeout: 50ms}")
                        + recorder("late-letters")
                        + trigger("late-letters", "late.dlq", "late-letters")
                        + recorder("busy", "never: yes")
                        + trigger("busy", "busy", "busy")
                        + """
                        ---
                        apiVersion: sluice.dev/v1
                        kind: Broker
                        metadata: {name: default}
                        spec: {memory: {partitions: 1, topic-events-max: 200, send-deadline: 100ms}}
                        """);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void triesOnceAndAsOftenAgainAsRetrySaysThenMakesADeadLetter() throws Exception {
        node.publish("thrice", "1", "t");

        soon().until(() -> Recorder.done("thrice-letters").size() == 1);
        assertThat(Recorder.tried("thrice")).hasSize(4);
        var letter = Recorder.done("thrice-letters").get(0);
        assertThat(letter.getId()).isEqualTo("1");
        assertThat(letter.getExtension("dlreason")).isEqualTo("exhausted");
        assertThat(letter.getExtension("dlattempts")).hasToString("4");
        assertThat(letter.getExtension("dlfunction")).isEqualTo("thrice");
        assertThat(letter.getExtension("dltopic")).isEqualTo("thrice");
    }

    @Test
    void triesOnceWhatTheFunctionRejectsAndKeepsItsWordsWithTheDeadLetter() throws Exception {
        node.send(
                "POST",
                "/topics/rejects",
                "the data",
                "ce-specversion",
                "1.0",
                "ce-id",
                "r1",
                "ce-source",
                "/test",
                "ce-type",
                "t");

        soon().until(() -> Recorder.done("rejects-letters").size() == 1);
        assertThat(Recorder.tried("rejects")).hasSize(1);
        var letter = Recorder.done("rejects-letters").get(0);
        assertThat(letter.getExtension("dlreason")).isEqualTo("rejected");
        assertThat(letter.getExtension("dlerror").toString()).contains("422, no such customer");
        assertThat(letter.getSource()).hasToString("/test");
        assertThat(letter.getData().toBytes()).isEqualTo("the data".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void deliversEveryEventInTheEndThoughRunsFailAsFibonacciCounts() throws Exception {
        deliversAllInTheEnd("fibonacci");
    }

    @Test
    void deliversEveryEventInTheEndThoughTheFirstRunsFail() throws Exception {
        deliversAllInTheEnd("first-ones");
    }

    private static void deliversAllInTheEnd(String topic) throws Exception {
        var ids = new ArrayList<String>();
        for (var i = 0; i < 10; i++) {
            ids.add("e" + i);
            node.publish(topic, "e" + i, "t");
        }

        soon().untilAsserted(() -> assertThat(Recorder.doneIds(topic)).containsExactlyInAnyOrderElementsOf(ids));
        assertThat(Recorder.tried(topic).size()).isGreaterThan(10);
        assertThat(node.seen().events(topic + ".dlq")).isZero();
    }

    @Test
    void sendsExactlyTheEventsThatFailedToTheDeadLetterTopicOfTheTriggerAndNoOther() throws Exception {
        for (var i = 0; i < 10; i++) {
            node.publish("flaky", "f" + i, "t");
        }

        soon().until(() -> Recorder.done("flaky").size() == 6
                && Recorder.done("flaky-letters").size() == 4);
        assertThat(Recorder.doneIds("flaky-letters")).containsExactly("f0", "f1", "f2", "f3");
        assertThat(Recorder.doneIds("flaky")).containsExactly("f4", "f5", "f6", "f7", "f8", "f9");
        assertThat(node.seen().text("/admin/v1/topics")).doesNotContain("flaky.dlq");
    }

    @Test
    void endsATryAtTheDeliverysTimeoutAndTriesAgain() throws Exception {
        node.publish("late", "1", "t");

        soon().until(() -> Recorder.done("late-letters").size() == 1);
        assertThat(Recorder.tried("late")).hasSize(2);
        assertThat(Recorder.done("late-letters").get(0).getExtension("dlerror").toString())
                .contains("TimedOut")
                .contains("50 ms");
    }

    @Test
    void holdsPublishersBackByStatusOnceAFunctionIsBusyAndItsTopicFull() throws Exception {
        var statuses = new ArrayList<Integer>();
        for (var i = 0; i < 1_000 && !statuses.contains(429); i++) {
            statuses.add(node.publish("busy", "b" + i, "t"));
        }

        assertThat(statuses).contains(202, 429).hasSizeGreaterThan(200);
        assertThat(Recorder.tried("busy")).hasSizeLessThanOrEqualTo(16 * 16);
        assertThat(IntStream.range(0, statuses.size() - 1).map(statuses::get)).containsOnly(202);
    }
}

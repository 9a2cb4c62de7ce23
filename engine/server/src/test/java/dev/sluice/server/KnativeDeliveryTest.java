package dev.sluice.server;

import static dev.sluice.server.KnativeNode.recorder;
import static dev.sluice.server.KnativeNode.soon;
import static dev.sluice.server.KnativeNode.trigger;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lines 13 to 28 of Knative's conformance: what a trigger's subscriber gets, and what becomes of its reply. */
@Timeout(60)
class KnativeDeliveryTest {
    private static final int LONG = 900_000;

    private static KnativeNode node;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        node = new KnativeNode(
                folder,
                recorder("same")
                        + trigger("same", "same", "same")
                        + recorder("twice")
                        + trigger("twice-a", "twice", "twice")
                        + trigger("twice-b", "twice", "twice")
                        + trigger("twice-not", "twice", "twice", "filters: [{exact: {type: other}}]")
                        + recorder("bad", "fail: all")
                        + recorder("good")
                        + trigger("bad", "shared", "bad", "delivery: {retry: 1, backoff-delay: 1ms}")
                        + trigger("good", "shared", "good")
                        + recorder("bad-letters")
                        + trigger("bad-letters", "shared.dlq", "bad-letters")
                        // A chain of replies: each is published and matched against all triggers of its topic.
                        + recorder("first", "answer: second", "pad: " + LONG)
                        + recorder("second", "answer: third", "pad: " + LONG)
                        + recorder("third")
                        + recorder("every")
                        + trigger("first", "chain", "first", "answers: {topic: chain2}")
                        + trigger(
                                "second",
                                "chain2",
                                "second",
                                "filters: [{exact: {type: second}}]",
                                "answers: {topic: chain3}")
                        + trigger("third", "chain3", "third")
                        + trigger("every", "chain2", "every")
                        + recorder("silent")
                        + trigger("silent", "silent", "silent", "answers: {topic: silent-out}")
                        + recorder("malformed", "null: yes")
                        + trigger("malformed", "malformed", "malformed", "delivery: {retry: 2, backoff-delay: 1ms}")
                        + recorder("unstored", "answer: nobody")
                        + trigger(
                                "unstored",
                                "unstored",
                                "unstored",
                                "answers: [{type: somebody, topic: out}]",
                                "delivery: {retry: 2, backoff-delay: 1ms}"));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void deliversAValidEventWithEveryAttributeExtensionAndByteAsTheyCame() throws Exception {
        var data = "{\"n\": 1.10,  \"s\":\"ö\"}";
        node.send(
                "POST",
                "/topics/same",
                data,
                "ce-specversion",
                "1.0",
                "ce-id",
                "b 1".replace(' ', '-'),
                "ce-source",
                "/a?b=c",
                "ce-type",
                "com.acme.t",
                "ce-subject",
                "Euro%20%E2%82%AC",
                "ce-time",
                "2026-11-30T10:00:00.123456789+01:00",
                "ce-dataschema",
                "http://example.com/schema",
                "ce-comacmeown",
                "7",
                "content-type",
                "application/json; charset=utf-8");

        soon().until(() -> Recorder.doneIds("same").contains("b-1"));
        var event = Recorder.done("same").get(0);
        assertThat(event.getSource()).hasToString("/a?b=c");
        assertThat(event.getType()).isEqualTo("com.acme.t");
        assertThat(event.getSubject()).isEqualTo("Euro €");
        assertThat(event.getTime()).isEqualTo(OffsetDateTime.parse("2026-11-30T10:00:00.123456789+01:00"));
        assertThat(event.getDataSchema()).hasToString("http://example.com/schema");
        assertThat(event.getDataContentType()).isEqualTo("application/json; charset=utf-8");
        assertThat(event.getExtensionNames()).containsExactly("comacmeown");
        assertThat(event.getExtension("comacmeown")).hasToString("7");
        assertThat(event.getData().toBytes()).isEqualTo(data.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void runsAFunctionOnceForEachOfItsTriggersThatMatches() throws Exception {
        node.publish("twice", "1", "t");

        soon().until(() -> node.seen().trigger("twice-not").path("filtered").asInt() == 1);
        soon().until(() -> Recorder.doneIds("twice").size() == 2);
        assertThat(Recorder.tried("twice")).hasSize(2);
        assertThat(node.seen().trigger("twice-a").path("done").asInt()).isEqualTo(1);
        assertThat(node.seen().trigger("twice-b").path("done").asInt()).isEqualTo(1);
    }

    @Test
    void keepsTheEventsOfAGoodTriggerFromTheTroubleOfABadOne() throws Exception {
        for (var i = 0; i < 20; i++) {
            node.publish("shared", "s" + i, "t");
        }

        soon().until(() -> Recorder.doneIds("good").size() == 20);
        soon().until(() -> Recorder.doneIds("bad-letters").size() == 20);
        assertThat(Recorder.done("bad-letters")).allSatisfy(letter -> assertThat(letter.getExtension("dltrigger"))
                .isEqualTo("bad"));
        assertThat(Recorder.done("bad")).isEmpty();
    }

    @Test
    void publishesAReplyForAllTriggersOfItsTopicAndCarriesLongOnesAlongAChain() throws Exception {
        node.publish("chain", "c1", "t");

        soon().until(() ->
                Recorder.done("third").size() == 1 && Recorder.done("every").size() == 1);
        var last = Recorder.done("third").get(0);
        assertThat(last.getType()).isEqualTo("third");
        assertThat(last.getData().toBytes()).hasSize(LONG).containsOnly('x');
        assertThat(last.getExtension("sluicehops")).hasToString("2");
        assertThat(Recorder.done("every").get(0).getType()).isEqualTo("second");
    }

    @Test
    void isDoneAndPublishesNothingWhenThereIsNoReply() throws Exception {
        node.publish("silent", "1", "t");

        soon().until(() -> node.seen().trigger("silent").path("done").asInt() == 1);
        assertThat(node.seen().events("silent-out")).isZero();
        assertThat(node.seen().events("silent.dlq")).isZero();
    }

    @Test
    void failsADeliveryWhoseReplyIsMalformedAndTriesItAgain() throws Exception {
        node.publish("malformed", "1", "t");

        soon().until(() -> node.seen().events("malformed.dlq") == 1);
        assertThat(Recorder.tried("malformed")).hasSize(3);
    }

    @Test
    void runsAFunctionAgainWhoseReplyIsNotStored() throws Exception {
        node.publish("unstored", "1", "t");

        soon().until(() -> node.seen().events("unstored.dlq") == 1);
        assertThat(Recorder.tried("unstored")).hasSize(3);
        assertThat(node.seen().events("out")).isZero();
    }
}

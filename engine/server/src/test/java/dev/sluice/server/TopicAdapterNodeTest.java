package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Notifications of S3 that come on a topic, in a node. */
@Timeout(30)
class TopicAdapterNodeTest {
    private static final String RECORD = """
            {"eventSource": "aws:s3", "awsRegion": "eu-1", "eventTime": "2024-05-01T10:00:00.000Z", "eventName": "ObjectCreated:Put",
             "responseElements": {"x-amz-request-id": "%s", "x-amz-id-2": "x"},
             "s3": {"bucket": {"name": "photos"}, "object": {"key": "%s"}}}""";

    @TempDir
    Path folder;

    @Test
    void makesAnEventOfEachRecordAndPutsAsideWhatIsNoNotification() throws Exception {
        var log = "adapter-" + Long.toHexString(System.nanoTime());
        var manifest = KnativeNode.recorder(log)
                + KnativeNode.trigger(
                        "uploads", "{name: bucket, adapter: s3}", log, "filters: [{suffix: {subject: .jpg}}]");
        try (var node = new KnativeNode(folder, manifest)) {
            var two = "{\"Records\": [" + RECORD.formatted("1", "a.jpg") + "," + RECORD.formatted("2", "b.jpg") + "]}";
            assertThat(send(node, "n1", "k", two)).isEqualTo(202);
            assertThat(send(node, "n2", "k", "{\"Records\": 7}")).isEqualTo(202);
            assertThat(send(node, "n3", "k", "{\"Records\": [" + RECORD.formatted("3", "c.jpg") + "]}"))
                    .isEqualTo(202);

            KnativeNode.soon()
                    .untilAsserted(() -> assertThat(Recorder.done(log)).hasSize(3));
            assertThat(Recorder.done(log))
                    .as("in the order of their notifications, which have one key")
                    .extracting(CloudEvent::getSubject)
                    .containsExactly("a.jpg", "b.jpg", "c.jpg");
            assertThat(Recorder.done(log)).allSatisfy(event -> {
                assertThat(event.getType()).isEqualTo("com.amazonaws.s3.ObjectCreated:Put");
                assertThat(event.getSource()).isEqualTo(URI.create("aws:s3.eu-1.photos"));
                assertThat(event.getExtension("partitionkey")).isEqualTo("k");
            });
            assertThat(data(Recorder.done(log).get(0))).contains("a.jpg").doesNotContain("b.jpg");
            KnativeNode.soon().untilAsserted(() -> assertThat(node.seen().events("bucket.dlq"))
                    .isEqualTo(1));
            assertThat(node.seen().trigger("uploads-adapter").path("done").asInt())
                    .isEqualTo(2);
        }
    }

    private static int send(KnativeNode node, String id, String key, String body) throws Exception {
        return node.send(
                        "POST",
                        "/topics/bucket",
                        body,
                        "ce-specversion",
                        "1.0",
                        "ce-source",
                        "/minio",
                        "ce-type",
                        "dev.knative.kafka.event",
                        "ce-id",
                        id,
                        "ce-partitionkey",
                        key,
                        "content-type",
                        "application/json")
                .statusCode();
    }

    private static String data(CloudEvent event) {
        return new String(Objects.requireNonNull(event.getData()).toBytes(), StandardCharsets.UTF_8);
    }
}

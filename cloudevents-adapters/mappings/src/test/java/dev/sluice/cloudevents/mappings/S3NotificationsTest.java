package dev.sluice.cloudevents.mappings;

import static dev.sluice.cloudevents.mappings.Payloads.S3;
import static dev.sluice.cloudevents.mappings.Payloads.bytes;
import static dev.sluice.cloudevents.mappings.Payloads.data;
import static dev.sluice.cloudevents.mappings.Payloads.headers;
import static dev.sluice.cloudevents.mappings.Payloads.notification;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.mappings.RefusedPayloadException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Notifications of S3 and of stores that speak its language. */
class S3NotificationsTest {
    @Test
    void makesAnEventOfEachRecord() {
        var events = notification("three-records");

        assertThat(events).hasSize(3);
        var first = events.get(0);
        assertThat(first.getId())
                .isEqualTo("C3D13FE58DE4C810.FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD");
        assertThat(first.source()).isEqualTo("aws:s3.eu-central-1.inbox");
        assertThat(first.getType()).isEqualTo("com.amazonaws.s3.ObjectCreated:Put");
        assertThat(first.getSubject()).isEqualTo("orders/a+b%20c.csv");
        assertThat(first.text("time")).isEqualTo("2026-11-20T09:00:00.123Z");
        assertThat(first.getDataContentType()).isEqualTo("application/json");
        assertThat(data(first))
                .startsWith("{\"eventVersion\":\"2.1\"")
                .endsWith("\"sequencer\":\"0055AED6DCD90281E5\"}}}");
    }

    @Test
    void tellsRecordsOfOneRequestApart() {
        var events = notification("three-records");

        assertThat(events.stream().map(WireEvent::getId).skip(1)).containsExactly("D4.zz", "D4.zz.2");
        assertThat(events.stream().map(WireEvent::getSubject).skip(1)).containsExactly("orders/1.csv", "orders/2.csv");
        assertThat(notification("three-records")).isEqualTo(events);
    }

    @Test
    void takesTheNotificationsOfOtherStores() {
        var event = notification("minio").get(0);

        assertThat(event.getId()).isEqualTo("17A6B5E3C1D2F4A8");
        assertThat(event.source()).isEqualTo("minio:s3..inbox");
        assertThat(event.getType()).isEqualTo("com.amazonaws.s3.ObjectCreated:Put");
    }

    @Test
    void makesNothingOfATestEvent() {
        assertThat(notification("test-event")).isEmpty();
        assertThat(S3.events(headers(), bytes("{\"Records\":[]}"))).isEmpty();
        assertThat(S3.makesSeveral()).isTrue();
    }

    @Test
    void namesTheFieldAndTheRecordOfAMistake() {
        var body = new String(Payloads.of("s3/three-records"), java.nio.charset.StandardCharsets.UTF_8)
                .replace("\"eventName\":\"ObjectRemoved:Delete\",", "");
        var refused = refusal(body);

        assertThat(refused.field()).isEqualTo("/eventName");
        assertThat(refused)
                .hasMessage(
                        "record 1: the field /eventName is missing, or no text or number: the event's type is made of it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"Records\":{}}",
                "{\"Records\":null}",
                "{\"Event\":\"s3:OtherEvent\"}",
                "{\"Records\":[1]}",
                "{\"Records\":[null]}",
                "{\"Records\":[],\"Records\":[]}",
                "{\"Records\":[{}",
                "[{\"Records\":[]}]"
            })
    void refusesWhatIsNoNotification(String body) {
        assertThat(refusal(body).reason()).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void limitsTheNumberOfRecords() {
        var refused = refusal("{\"Records\":[" + "{},".repeat(1_000) + "{}]}");

        assertThat(refused.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(refused).hasMessage("the body must not have more than 1000 records");
    }

    private static RefusedPayloadException refusal(String body) {
        var refused = catchThrowableOfType(RefusedPayloadException.class, () -> S3.events(headers(), bytes(body)));
        assertThat(refused).as("a refusal").isNotNull();
        return refused;
    }
}

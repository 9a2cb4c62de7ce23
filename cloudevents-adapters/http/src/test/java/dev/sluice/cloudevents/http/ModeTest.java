package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModeTest {
    private static final HttpEvents HTTP = new HttpEvents();

    @ParameterizedTest
    @CsvSource({
        "application/cloudevents+json, STRUCTURED",
        "Application/CloudEvents+JSON;charset=UTF-8, STRUCTURED",
        "application/cloudevents+json ; x=y, STRUCTURED",
        "application/cloudevents-batch+json, BATCH",
        "APPLICATION/cloudevents-batch+json; charset=utf-8, BATCH",
        "application/json, PLAIN",
        "text/plain, PLAIN",
        "application/x-cloudevents+json, PLAIN",
    })
    void followsTheContentType(String contentType, Mode mode) {
        assertThat(HttpEvents.mode(Requests.headers("content-type", contentType)))
                .isEqualTo(mode);
    }

    @Test
    void isBinaryAsSoonAsOneAttributeIsAHeader() {
        assertThat(HttpEvents.mode(Requests.event())).isEqualTo(Mode.BINARY);
        assertThat(HttpEvents.mode(Requests.headers("Ce-Type", "t"))).isEqualTo(Mode.BINARY);
        assertThat(HttpEvents.mode(Requests.headers("ce-ext", "t", "content-type", "application/json")))
                .isEqualTo(Mode.BINARY);
        assertThat(HttpEvents.mode(Requests.headers("ce-", "t", "cex-id", "1"))).isEqualTo(Mode.PLAIN);
        assertThat(HttpEvents.mode(new DefaultHttpHeaders())).isEqualTo(Mode.PLAIN);
    }

    @Test
    void isStructuredEvenWhenHeadersRepeatTheAttributes() {
        HttpHeaders headers = Requests.event("content-type", "application/cloudevents+json");

        assertThat(HttpEvents.mode(headers)).isEqualTo(Mode.STRUCTURED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/cloudevents", "application/cloudevents+xml", "application/cloudevents+avro; x=y",
                "application/cloudevents-batch+protobuf", "application/cloudevents-batch",
                        "application/cloudevents+jsonx"
            })
    void refusesFormatsThatItDoesNotHave(String contentType) {
        assertThatThrownBy(() -> HttpEvents.mode(Requests.event("content-type", contentType)))
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessageContaining("\"" + contentType + "\" is no known format")
                .hasMessageContaining("application/cloudevents+json and application/cloudevents-batch+json");
    }

    @Test
    void refusesTwoContentTypes() {
        HttpHeaders headers = Requests.event("content-type", "text/plain", "content-type", "text/plain");

        assertThatThrownBy(() -> HttpEvents.mode(headers)).isInstanceOf(InvalidEventException.class);
    }

    @Test
    void takesABatchOnlyFromARequestThatNamesIt() {
        assertThat(HttpEvents.acceptsBatch(Requests.headers("accept", "application/cloudevents-batch+json")))
                .isTrue();
        assertThat(HttpEvents.acceptsBatch(
                        Requests.headers("accept", "text/html, Application/CloudEvents-Batch+JSON;q=0.5")))
                .isTrue();
        assertThat(HttpEvents.acceptsBatch(
                        Requests.headers("accept", "*/*", "accept", "application/cloudevents-batch+json")))
                .isTrue();
        assertThat(HttpEvents.acceptsBatch(Requests.headers("accept", "*/*"))).isFalse();
        assertThat(HttpEvents.acceptsBatch(Requests.headers("accept", "application/*")))
                .isFalse();
        assertThat(HttpEvents.acceptsBatch(Requests.headers("accept", "application/cloudevents+json")))
                .isFalse();
        assertThat(HttpEvents.acceptsBatch(
                        Requests.headers("accept", "application/cloudevents-batch+json; q=0.000, */*")))
                .isFalse();
        assertThat(HttpEvents.acceptsBatch(new DefaultHttpHeaders())).isFalse();
        assertThat(HttpEvents.acceptsStructured(Requests.headers("accept", "application/cloudevents+json")))
                .isTrue();
        assertThat(HttpEvents.acceptsStructured(Requests.headers("accept", ",,;")))
                .isFalse();
    }

    @Test
    void carriesEventsInStructuredAndBatchMode() {
        WireEvent event = WireEvent.builder()
                .id("1")
                .source("/s")
                .type("t")
                .subject("ü")
                .data("application/json", "[1]".getBytes(StandardCharsets.UTF_8))
                .build();
        HttpHeaders out = new DefaultHttpHeaders();

        byte[] structured = HTTP.writeStructured(event, out);
        assertThat(HttpEvents.mode(out)).isEqualTo(Mode.STRUCTURED);
        assertThat(HTTP.readStructured(structured)).isEqualTo(event);

        byte[] batch = HTTP.writeBatch(List.of(event, event), out);
        assertThat(HttpEvents.mode(out)).isEqualTo(Mode.BATCH);
        assertThat(HTTP.readBatch(batch)).containsExactly(event, event);
        assertThat(HTTP.readBatch(HTTP.writeBatch(List.of(), out))).isEmpty();
    }
}

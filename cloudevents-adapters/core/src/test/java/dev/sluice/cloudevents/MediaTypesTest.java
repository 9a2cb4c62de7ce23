package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTypesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON",
                "application/json; charset=utf-8",
                "application/json ; charset=utf-8",
                "application/vnd.api+json",
                "application/vnd.github.v3+json",
                "model/gltf+json",
                "image/json",
                "text/json"
            })
    void takesEveryJsonTypeForJson(String type) {
        assertThat(MediaTypes.isJson(type)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/jsonp",
                "text/plain",
                "application/json-seq",
                "text/plain; x=a/json",
                "json",
                "+json"
            })
    void takesNoOtherTypeForJson(String type) {
        assertThat(MediaTypes.isJson(type)).isEqualTo(type.equals("+json"));
    }

    @Test
    void tellsStructuredFromBatchWithoutRegardToCaseAndParameters() {
        assertThat(MediaTypes.isStructuredJson("Application/CloudEvents+JSON; charset=UTF-8"))
                .isTrue();
        assertThat(MediaTypes.isBatchJson("application/cloudevents-Batch+json;x=y"))
                .isTrue();
        assertThat(MediaTypes.isStructuredJson("application/cloudevents-batch+json"))
                .isFalse();
        assertThat(MediaTypes.isStructured("application/cloudevents-batch+json"))
                .isFalse();
        assertThat(MediaTypes.isStructured("application/cloudevents+avro")).isTrue();
        assertThat(MediaTypes.isBatch("application/cloudevents-batch+xml")).isTrue();
        assertThat(MediaTypes.isStructured(null)).isFalse();
        assertThat(MediaTypes.isJson(null)).isFalse();
    }

    @Test
    void takesTextForUtf8OnlyWhenItsCharsetIs() {
        assertThat(MediaTypes.isUtf8Text("text/plain")).isTrue();
        assertThat(MediaTypes.isUtf8Text("text/plain; Charset=\"UTF-8\"")).isTrue();
        assertThat(MediaTypes.isUtf8Text("application/atom+xml;a=b; charset=us-ascii"))
                .isTrue();
        assertThat(MediaTypes.isUtf8Text("text/plain; charset=iso-8859-1")).isFalse();
        assertThat(MediaTypes.isUtf8Text("text/plain; a=\"\\\";charset=utf-8;\"; charset=utf-16"))
                .isFalse();
        assertThat(MediaTypes.isUtf8Text("application/octet-stream")).isFalse();
    }
}

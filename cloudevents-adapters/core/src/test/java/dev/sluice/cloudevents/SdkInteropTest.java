package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.data.PojoCloudEventData;
import io.cloudevents.core.format.EventDeserializationException;
import io.cloudevents.core.format.EventFormat;
import io.cloudevents.core.format.EventSerializationException;
import io.cloudevents.core.provider.EventFormatProvider;
import io.cloudevents.jackson.JsonFormat;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SdkInteropTest {
    private static final JsonFormat SDK = new JsonFormat();

    @Test
    void isFoundByTheServiceLoaderBesideTheSdksOwn() {
        assertThat(ServiceLoader.load(EventFormat.class))
                .hasAtLeastOneElementOfType(JsonEventFormat.class)
                .hasAtLeastOneElementOfType(JsonFormat.class);
    }

    @Test
    void isTheSdksFormatOnceItIsRegistered() {
        JsonEventFormat format = new JsonEventFormat();

        EventFormatProvider.getInstance().registerFormat(format);

        assertThat(EventFormatProvider.getInstance().resolveFormat("application/cloudevents+json"))
                .isSameAs(format);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",\"datacontenttype\":\"application/json\",\"data\":{\"a\":[1,true,null,\"x\"]}",
                ",\"datacontenttype\":\"text/plain\",\"data\":\"hello \\u20ac\"",
                ",\"datacontenttype\":\"image/png\",\"data_base64\":\"AAECAw==\"",
                ",\"subject\":\"s\",\"time\":\"2018-04-05T17:31:00.5+02:00\",\"dataschema\":\"https://a.b/c\"",
                ",\"flag\":true,\"number\":-7,\"text\":\"x\",\"unset2\":\"\""
            })
    void readsWhatTheSdkReadsAndTheSdkReadsWhatItWrites(String members) {
        byte[] json = Samples.document(members).getBytes(StandardCharsets.UTF_8);

        WireEvent ours = Samples.JSON.read(json, 0, json.length);

        assertThat(WireEvent.of(SDK.deserialize(json))).isEqualTo(ours);
        assertThat(WireEvent.of(SDK.deserialize(Samples.JSON.write(ours)))).isEqualTo(ours);
    }

    /** Where the SDK takes what the specification forbids, or loses what it allows, the difference is wanted. */
    @Test
    void differsFromTheSdkWhereTheSpecificationDoes() {
        String twice = Samples.document(",\"id\":\"evil\"");
        String nullExtension = Samples.document(",\"ext\":null");
        String number = Samples.document(",\"datacontenttype\":\"application/json\",\"data\":1.10");

        assertThat(SDK.deserialize(twice.getBytes(StandardCharsets.UTF_8)).getId())
                .isEqualTo("evil");
        assertThatThrownBy(() -> Samples.read(twice)).isInstanceOf(InvalidEventException.class);
        assertThat(SDK.deserialize(nullExtension.getBytes(StandardCharsets.UTF_8))
                        .getExtension("ext"))
                .isEqualTo("null");
        assertThat(Samples.read(nullExtension).getExtension("ext")).isNull();
        assertThat(SDK.deserialize(number.getBytes(StandardCharsets.UTF_8))
                        .getData()
                        .toBytes())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("1.1");
        assertThat(Samples.dataOf(Samples.read(number))).isEqualTo("1.10");
    }

    @Test
    void throwsTheSdksExceptionsBehindTheSdksInterface() {
        CloudEvent bad = CloudEventBuilder.v1()
                .withId("1")
                .withSource(URI.create("/s"))
                .withType("a\nb")
                .build();

        assertThatThrownBy(() -> Samples.JSON.serialize(bad))
                .isInstanceOf(EventSerializationException.class)
                .hasCauseInstanceOf(InvalidEventException.class);
        assertThatThrownBy(() -> Samples.JSON.deserialize(new byte[] {'{'}))
                .isInstanceOf(EventDeserializationException.class)
                .hasCauseInstanceOf(InvalidEventException.class);
    }

    @Test
    void mapsDataForTheSdk() {
        byte[] json = Samples.document(",\"data\":{\"a\":1}").getBytes(StandardCharsets.UTF_8);

        CloudEvent event = Samples.JSON.deserialize(
                json,
                data -> PojoCloudEventData.wrap(
                        new String(data.toBytes(), StandardCharsets.UTF_8),
                        text -> text.getBytes(StandardCharsets.UTF_8)));

        assertThat(event.getData()).isInstanceOf(PojoCloudEventData.class);
        assertThat(((PojoCloudEventData<?>) event.getData()).getValue()).isEqualTo("{\"a\":1}");
        assertThat(event.getDataContentType()).isEqualTo("application/json");
        assertThat(Samples.JSON.deserialize(json)).isEqualTo(Samples.JSON.read(json, 0, json.length));
    }
}

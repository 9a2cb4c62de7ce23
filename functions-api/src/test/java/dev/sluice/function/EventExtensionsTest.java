package dev.sluice.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.function.EventExtensions.Deprecation;
import dev.sluice.function.EventExtensions.Severity;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Extensions with their types: from texts, as most formats bring them, and from the SDK's own types. */
class EventExtensionsTest {
    private static final Map<String, Function<CloudEvent, Object>> READERS = Map.of(
            "expirytime", EventExtensions::expiryTime,
            "partitionkey", EventExtensions::partitionKey,
            "traceparent", EventExtensions::traceParent,
            "correlationid", EventExtensions::correlationId,
            "sampledrate", EventExtensions::sampledRate,
            "sequence", EventExtensions::sequence,
            "severitynumber", EventExtensions::severity,
            "severitytext", EventExtensions::severity,
            "dataref", EventExtensions::dataRef,
            "deprecated", EventExtensions::deprecation);

    @Test
    void readsNothingOfAnEventWithoutExtensions() {
        var plain = event().build();

        assertThat(EventExtensions.sampledRate(plain)).isOne();
        assertThat(EventExtensions.sequenceNumber(plain)).isEmpty();
        assertThat(EventExtensions.isExpired(plain, Instant.MAX)).isFalse();
        READERS.forEach((name, reader) -> {
            if (!name.equals("sampledrate")) {
                assertThat(reader.apply(plain)).as(name).isEqualTo(java.util.Optional.empty());
            }
        });
    }

    @Test
    void readsTextsWithTheirTypes() {
        var event = event().withExtension("expirytime", "2026-01-31T06:00:00.5+01:00")
                .withExtension("partitionkey", "customer-1")
                .withExtension("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .withExtension("tracestate", "vendor=1")
                .withExtension("correlationid", "order-7")
                .withExtension("causationid", "e-1")
                .withExtension("sampledrate", "30")
                .withExtension("sequence", "007")
                .withExtension("severitynumber", "17")
                .withExtension("severitytext", "ERROR")
                .withExtension("dataref", "https://store.example/e-1")
                .build();

        assertThat(EventExtensions.expiryTime(event)).contains(OffsetDateTime.parse("2026-01-31T06:00:00.5+01:00"));
        assertThat(EventExtensions.partitionKey(event)).contains("customer-1");
        assertThat(EventExtensions.traceParent(event).orElseThrow()).startsWith("00-0af7651916cd43dd");
        assertThat(EventExtensions.traceState(event)).contains("vendor=1");
        assertThat(EventExtensions.correlationId(event)).contains("order-7");
        assertThat(EventExtensions.causationId(event)).contains("e-1");
        assertThat(EventExtensions.sampledRate(event)).isEqualTo(30);
        assertThat(EventExtensions.sequence(event)).contains("007");
        assertThat(EventExtensions.sequenceNumber(event)).isEmpty();
        assertThat(EventExtensions.severity(event)).contains(new Severity(17, "ERROR"));
        assertThat(EventExtensions.dataRef(event)).contains(URI.create("https://store.example/e-1"));
    }

    @Test
    void readsTheSdksOwnTypes() {
        var at = OffsetDateTime.parse("2026-01-31T06:00:00Z");
        var event = event().withExtension("expirytime", at)
                .withExtension("sampledrate", 30)
                .withExtension("severitynumber", 0)
                .withExtension("dataref", URI.create("/data/1"))
                .withExtension("deprecated", true)
                .withExtension("deprecationfrom", at)
                .withExtension("deprecationsunset", at.plusDays(1))
                .withExtension("deprecationmigration", URI.create("https://docs.example/v2"))
                .build();

        assertThat(EventExtensions.expiryTime(event)).contains(at);
        assertThat(EventExtensions.sampledRate(event)).isEqualTo(30);
        assertThat(EventExtensions.severity(event)).contains(new Severity(0, null));
        assertThat(EventExtensions.dataRef(event)).contains(URI.create("/data/1"));
        assertThat(EventExtensions.deprecation(event))
                .contains(new Deprecation(at, at.plusDays(1), URI.create("https://docs.example/v2")));
    }

    @ParameterizedTest
    @CsvSource({"2026-01-31T06:00:00Z, true", "2026-01-31T05:59:59.999Z, false", "2026-01-31T06:00:00.001Z, true"})
    void isExpiredFromTheInstantOn(String now, boolean expired) {
        var event =
                event().withExtension("expirytime", "2026-01-31T07:00:00+01:00").build();

        assertThat(EventExtensions.isExpired(event, Instant.parse(now))).isEqualTo(expired);
    }

    @ParameterizedTest
    @CsvSource({
        "2020-01-01T00:00:00.1234567890Z, 2020-01-01T00:00:00.123456789Z",
        "2020-01-01T00:00:00-23:59, 2020-01-01T23:59:00Z",
        "2020-01-01t00:00:00+18:00, 2020-01-01T00:00:00+18:00"
    })
    void readsWhatTimestampsMayHaveAndJavaTimeHasNot(String text, OffsetDateTime time) {
        var event = event().withExtension("expirytime", text).build();

        assertThat(EventExtensions.expiryTime(event)).contains(time);
    }

    @Test
    void readsALeapSecondAsTheSecondBeforeIt() {
        var event = event().withExtension("expirytime", "2016-12-31T23:59:60Z").build();

        assertThat(EventExtensions.expiryTime(event)).contains(OffsetDateTime.parse("2016-12-31T23:59:59Z"));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2147483647, 2147483647", "-2147483648, -2147483648"})
    void readsASequenceOfIntegersAsNumber(String written, int number) {
        var event = event().withExtension("sequencetype", "Integer")
                .withExtension("sequence", written)
                .build();

        assertThat(EventExtensions.sequenceNumber(event)).isEqualTo(OptionalInt.of(number));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            expirytime     | tomorrow             | extension expirytime "tomorrow" must be a timestamp such as 2026-01-31T06:00:00Z (RFC 3339)
            expirytime     | 2026-01-31T06:00Z    | extension expirytime "2026-01-31T06:00Z" must be a timestamp such as 2026-01-31T06:00:00Z (RFC 3339)
            expirytime     | 2026-02-30T06:00:00Z | extension expirytime "2026-02-30T06:00:00Z" must be a timestamp such as 2026-01-31T06:00:00Z (RFC 3339)
            partitionkey   | ``                   | extension partitionkey "" must not be empty
            traceparent    | ``                   | extension traceparent "" must not be empty
            correlationid  | ``                   | extension correlationid "" must not be empty
            sequence       | ``                   | extension sequence "" must not be empty
            sampledrate    | 0                    | extension sampledrate "0" must be above 0
            sampledrate    | 1.5                  | extension sampledrate "1.5" must be a whole number of 32 bits
            sampledrate    | 2147483648           | extension sampledrate "2147483648" must be a whole number of 32 bits
            severitynumber | -1                   | extension severitynumber "-1" must be 0 or more
            severitytext   | ERROR                | extension severitynumber must be there beside severitytext
            dataref        | not a uri            | extension dataref "not a uri" must be a URI-reference (RFC 3986)
            deprecated     | false                | extension deprecated "false" must be true where it is set
            """)
    void rejectsAnExtensionThatBreaksItsRule(String name, String value, String message) {
        var event = event().withExtension(name, value).build();

        assertThatThrownBy(() -> READERS.get(name).apply(event))
                .isInstanceOf(FunctionException.Rejected.class)
                .hasMessage(message);
    }

    @Test
    void rejectsASunsetBeforeTheDeprecationAndAMigrationThatLeadsNowhere() {
        var early = event().withExtension("deprecated", true)
                .withExtension("deprecationfrom", "2026-02-01T00:00:00Z")
                .withExtension("deprecationsunset", "2026-01-01T00:00:00Z");
        var relative = event().withExtension("deprecated", true).withExtension("deprecationmigration", "docs");

        assertThatThrownBy(() -> EventExtensions.deprecation(early.build()))
                .hasMessage("extension deprecationsunset \"2026-01-01T00:00Z\" must not be before deprecationfrom");
        assertThatThrownBy(() -> EventExtensions.deprecation(relative.build()))
                .hasMessage("extension deprecationmigration \"docs\" must be an absolute URI");
    }

    private static CloudEventBuilder event() {
        return CloudEventBuilder.v1()
                .withId("e-2")
                .withSource(URI.create("/test"))
                .withType("test");
    }
}

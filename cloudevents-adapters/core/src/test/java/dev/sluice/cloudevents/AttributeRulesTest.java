package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttributeRulesTest {
    static Stream<Arguments> malformed() {
        return Stream.of(
                arguments("id", null, "is required"),
                arguments("id", "", "must not be empty"),
                arguments("source", null, "is required"),
                arguments("source", "", "must not be empty"),
                arguments("type", null, "is required"),
                arguments("type", "", "must not be empty"),
                arguments("specversion", "0.3", "must be 1.0"),
                arguments("specversion", "1.0.2", "must be 1.0"),
                arguments("specversion", null, "must be 1.0"),
                arguments("source", "not a uri", "must be a URI-reference (RFC 3986)"),
                arguments("source", "/straße", "must be a URI-reference (RFC 3986)"),
                arguments("source", "/a%2", "must be a URI-reference (RFC 3986)"),
                arguments("source", "/a%zz", "must be a URI-reference (RFC 3986)"),
                arguments("source", "1a:b", "must be a URI-reference (RFC 3986)"),
                arguments("source", "/a#b#c", "must be a URI-reference (RFC 3986)"),
                arguments("source", "http://host:port/", "must be a URI-reference (RFC 3986)"),
                arguments("source", "http://[::1", "must be a URI-reference (RFC 3986)"),
                arguments("source", "/a\\b", "must be a URI-reference (RFC 3986)"),
                arguments("source", "/{id}", "must be a URI-reference (RFC 3986)"),
                arguments("dataschema", "", "must not be empty"),
                arguments("dataschema", "/relative", "must be an absolute URI (RFC 3986)"),
                arguments("dataschema", "schema.json", "must be an absolute URI (RFC 3986)"),
                arguments("dataschema", "http:", "must be an absolute URI (RFC 3986)"),
                arguments("subject", "", "must not be empty"),
                arguments("datacontenttype", "", "must be a media type (RFC 2046)"),
                arguments("datacontenttype", "json", "must be a media type (RFC 2046)"),
                arguments("datacontenttype", "application/", "must be a media type (RFC 2046)"),
                arguments("datacontenttype", "/json", "must be a media type (RFC 2046)"),
                arguments("datacontenttype", "text/plain;", "must be a media type (RFC 2046)"),
                arguments("datacontenttype", "text/plain; charset", "must be a media type (RFC 2046)"),
                arguments("datacontenttype", "text/plain; charset=\"utf-8", "must be a media type (RFC 2046)"),
                arguments("datacontenttype", "text/plain\r\nX: y", "must be a media type (RFC 2046)"),
                arguments("datacontenttype", "text/plain; a=\"ü\"", "must be a media type (RFC 2046)"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesAttributeWithNameAndRule(String name, String value, String rule) {
        InvalidEventException refusal = catchThrowableOfType(
                InvalidEventException.class,
                () -> Samples.minimal().attribute(name, value).build());

        assertThat(refusal.attribute()).isEqualTo(name);
        assertThat(refusal.rule()).startsWith(rule);
        assertThat(refusal).hasMessageStartingWith(name).hasMessageContaining(rule);
        assertThat(refusal.getStackTrace()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000",
                "a\nb",
                "a\rb",
                "a\tb",
                "\u001f",
                "\u007f",
                "\u0085",
                "\u009f",
                "\ud800",
                "x\udc00",
                "\udc00\ud800",
                "\ufdd0",
                "\ufdef",
                "\ufffe",
                "\uffff",
                "\ud83f\udffe",
                "\udbff\udfff"
            })
    void refusesForbiddenCharactersInEveryText(String text) {
        for (String name : new String[] {"id", "type", "subject", "anextension"}) {
            assertThatThrownBy(() -> Samples.minimal().attribute(name, text).build())
                    .isInstanceOf(InvalidEventException.class)
                    .hasMessageStartingWith(name)
                    .hasMessageContaining("control characters");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "\u00a0", "€", "😀", "\u200b", "\ufdcf", "\ufdf0", "\ufffd", "a\"b\\c"})
    void keepsEveryOtherCharacter(String text) {
        WireEvent event = Samples.minimal().subject(text).extension("ext", text).build();

        assertThat(event.getSubject()).isEqualTo(text);
        assertThat(event.getExtension("ext")).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Upper", "with-dash", "with_underscore", "dot.ted", "ümlaut", "a b", "data", "data_base64"})
    void refusesNamesThatAreNone(String name) {
        assertThatThrownBy(() -> Samples.minimal().extension(name, "x").build())
                .isInstanceOf(InvalidEventException.class)
                .hasMessageContaining("is no attribute name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "source", "type", "specversion", "subject", "time", "datacontenttype", "dataschema"})
    void refusesAnExtensionThatBearsAnAttributesName(String name) {
        assertThatThrownBy(() -> Samples.minimal().extension(name, "x").build())
                .isInstanceOf(InvalidEventException.class)
                .hasMessage(name + " is an attribute of the specification, not an extension");
    }

    @Test
    void refusesExtensionValuesOfOtherTypes() {
        for (Object value : new Object[] {1.5, 1L << 31, -(1L << 31) - 1, new Object(), 1.0f}) {
            assertThatThrownBy(() -> Samples.minimal().extension("ext", value))
                    .isInstanceOf(InvalidEventException.class)
                    .hasMessageContaining("must be a boolean, an integer of 32 bits, a string");
        }
    }

    @Test
    void appliesLimitsOnlyWhenTheyAreGiven() {
        String long65 = "a".repeat(65);
        WireEvent.Builder builder = Samples.minimal().extension(long65, "x");

        assertThat(builder.build().getExtension(long65)).isEqualTo("x");
        assertThatThrownBy(() -> builder.build(EventLimits.DEFAULT)).hasMessageContaining("must not be longer than 64");
    }

    @Test
    void refusesWhatPassesALimit() {
        EventLimits limits = new EventLimits(200, 2, 8, 20, 10, 4, 10);

        assertThatThrownBy(() -> Samples.minimal().subject("ü".repeat(11)).build(limits))
                .hasMessageStartingWith("subject")
                .hasMessageContaining("must not be longer than 20 bytes");
        assertThatThrownBy(() -> Samples.minimal()
                        .extension("a", "1")
                        .extension("b", "1")
                        .extension("c", "1")
                        .build(limits))
                .hasMessage("event must not have more than 2 extensions");
        InvalidEventException large = catchThrowableOfType(
                InvalidEventException.class,
                () -> Samples.minimal().data(new byte[200]).build(limits));
        assertThat(large.isTooLarge()).isTrue();
        assertThat(large).hasMessageContaining("must not be larger than 200 bytes");
    }

    @Test
    void refusesLimitsBelowOne() {
        assertThatThrownBy(() -> new EventLimits(1, 1, 1, 1, 0, 1, 1))
                .hasMessage("event limit batch-events = 0 must be at least 1");
    }

    @Test
    void shortensAndEscapesTheValueInItsMessage() {
        String nasty = "x\r\n\u001b[31m" + "\u202e" + "y".repeat(200);

        assertThatThrownBy(() -> Samples.minimal().id(nasty).build())
                .message()
                .startsWith("id \"x\\u000d\\u000a\\u001b[31m\\u202eyyy")
                .contains("yyy...\" must not hold")
                .hasSizeLessThan(200);
    }
}

package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCursorTest {
    private static final JsonText TEXT = new JsonText(EventLimits.DEFAULT);
    private static final JsonFactory JACKSON = new JsonFactory();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                " [ ] ",
                "null",
                "true",
                "false",
                "0",
                "-0",
                "-1.5E+10",
                "1e-9",
                "\"\"",
                "\"\\u00Fa\\n\\/\"",
                "{\"a\":{\"b\":[1,{\"c\":[]}]},\"d\":\"}\"}",
                "[[],{},[1]]",
                "\"ü😀\"",
                "\n{\r\"a\"\t: 1 }\n"
            })
    void takesJson(String json) {
        assertThat(isJson(json)).isTrue();
        assertThat(isJackson(json)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "{]",
                "[}",
                "[1,]",
                "[,1]",
                "{,}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "01",
                "-",
                "+1",
                "1.",
                ".5",
                "1e",
                "1e+",
                "0x1",
                "NaN",
                "-Infinity",
                "tru",
                "nulll",
                "True",
                "\"",
                "\"\\\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\\u123\"",
                "\"a\nb\"",
                "'a'",
                "1 2",
                "{}{}",
                "[] ,",
                "//",
                "/**/1",
                "[1 2]",
                "{\"a\" 1}",
                "{\"a\":1 \"b\":2}",
                "\u00a01",
                "\ufeff1",
                "[\"a\":1]",
                "{1:1}",
                "\f1"
            })
    void takesNothingElse(String notJson) {
        assertThat(isJson(notJson)).isFalse();
    }

    @Test
    void keepsItsLimits() {
        assertThat(isJson("[".repeat(64) + "]".repeat(64))).isTrue();
        assertThat(isJson("[".repeat(65) + "]".repeat(65))).isFalse();
        assertThat(isJson("{\"a\":".repeat(64) + "1" + "}".repeat(64))).isTrue();
        assertThat(isJson("9".repeat(1_000))).isTrue();
        assertThat(isJson("9".repeat(1_001))).isFalse();
        assertThat(isJson("[".repeat(1_000_000))).isFalse();
    }

    @Test
    void tellsObjectsFromArraysBeyond64Levels() {
        EventLimits deep = new EventLimits(1 << 20, 128, 64, 8192, 1000, 300, 1000);
        String mixed = "[{\"a\":".repeat(150) + "1" + "}]".repeat(150);
        byte[] right = mixed.getBytes(StandardCharsets.UTF_8);
        byte[] wrong = mixed.replaceFirst("}]}]$", "}}]]").getBytes(StandardCharsets.UTF_8);

        assertThat(JsonCursor.isValue(right, 0, right.length, deep)).isTrue();
        assertThat(JsonCursor.isValue(wrong, 0, wrong.length, deep)).isFalse();
    }

    /** Strings are passed over in words: what ends one may stand at any place of a word. */
    @Test
    void agreesWithJacksonOnStringsOfEachLengthWithASpecialCharacterAtEachPlace() {
        for (var special : List.of(
                "\"", "\\", "\\n", "\\u00fa", "\u001f", " ", "!", "#", "[", "]", "\u007f", "ü", "\ud83d\ude00")) {
            for (var length = 0; length < 26; length++) {
                for (var at = 0; at <= length; at++) {
                    var json = "[\"" + "x".repeat(at) + special + "y".repeat(length - at) + "\"]";
                    assertThat(isJson(json)).as(json).isEqualTo(isJackson(json));
                }
            }
        }
    }

    /** An event of every kind of member; one character of it is another, is missing, or comes twice. */
    @Property(tries = 5_000)
    void refusesDocumentsAsNotJsonExactlyWhenJacksonDoes(
            @ForAll @IntRange(max = 10_000) int place,
            @ForAll @CharRange(from = '\u0000', to = '\u007f') char other,
            @ForAll @IntRange(max = 2) int change) {
        var whole =
                Samples.document(",\"e\\u0078t\":\"a \\\"b\\\"\",\"yes\":true,\"no\":false,\"some\":-12,\"none\":null,"
                        + " \"data\" : {\"a\":[1.5e3,\"ü\",{}],\"b\":\"0123456789abcdef\"} ");
        var at = place % whole.length();
        var json = whole.substring(0, at) + (change == 0 ? "" : other) + whole.substring(change == 2 ? at : at + 1);

        String refusal;
        try {
            Samples.read(json);
            refusal = "";
        } catch (InvalidEventException refused) {
            refusal = refused.getMessage();
        }

        if (isJackson(json)) {
            assertThat(refusal).as(json).doesNotContain("must be JSON,");
        } else {
            assertThat(refusal).as(json).isNotEmpty();
        }
    }

    @Property(tries = 5_000)
    void agreesWithJackson(@ForAll("jsonLike") String text) {
        assertThat(isJson(text)).isEqualTo(isJackson(text));
    }

    @Provide
    Arbitrary<String> jsonLike() {
        Arbitrary<String> pieces = Arbitraries.of(
                "{", "}", "[", "]", ",", ":", "\"a\"", "\"", "1", "0", "-", ".5", "e", "true", "null", " ", "\n", "\\",
                "u00e9", "ü");
        Arbitrary<String> values =
                Arbitraries.of("1", "\"x\"", "[]", "{}", "[1,2]", "{\"a\":[null]}", "-0.5e3", "true");
        return Arbitraries.oneOf(
                pieces.list().ofMaxSize(8).map(parts -> String.join("", parts)),
                values.list().ofMaxSize(4).map(parts -> "[" + String.join(",", parts) + "]"),
                values.list().ofMaxSize(3).map(parts -> "{\"k\":" + String.join(",\"k\":", parts) + "}"));
    }

    private static boolean isJson(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return TEXT.isValue(bytes, 0, bytes.length);
    }

    private static boolean isJackson(String text) {
        try (JsonParser parser = JACKSON.createParser(text.getBytes(StandardCharsets.UTF_8))) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException notJson) {
            return false;
        }
    }
}

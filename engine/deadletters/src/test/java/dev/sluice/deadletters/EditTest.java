package dev.sluice.deadletters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditTest {
    private static String edit(String program, String data) throws Edit.Failed {
        var event = DeskFixture.letter("1")
                .data("application/json", data.getBytes(StandardCharsets.UTF_8))
                .build();
        var edited = Objects.requireNonNull(Edit.compile(program).apply(event).getData());
        return new String(edited.toBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void keepsTheDigitsOfNumbersThatItDoesNotTouch() throws Edit.Failed {
        assertThat(edit(".b = 1", "{\"a\": 12345678901234567890.123456789012345}"))
                .isEqualTo("{\"a\":12345678901234567890.123456789012345,\"b\":1}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "empty | gives no value",
                ".a, .b | gives more than one value",
                "[range(10000000)] | takes more than 1000000 steps",
                "[repeat(1)] | ",
                "def f: f; f | calls itself without end",
                "error(\"no\") | no",
                "env | ",
            })
    void refusesAProgramThatGivesNoSingleValueInTime(String program, String reason) {
        assertThatThrownBy(() -> edit(program, "{\"a\": 1, \"b\": 2}"))
                .isInstanceOf(Edit.Failed.class)
                .hasMessageContaining(reason == null ? "edit" : reason);
    }

    @Test
    void tellsNothingOfTheProcess() throws Edit.Failed {
        assertThatThrownBy(() -> edit("$ENV.PATH", "{}")).isInstanceOf(Edit.Failed.class);
    }
}

package dev.sluice.trigger.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*.csv | a.csv | true",
                "*.csv | sub/deep/a.csv | true",
                "*.csv | a.csv.tmp | false",
                "a?.csv | ab.csv | true",
                "a?.csv | a/.csv | false",
                "in/*.csv | in/a.csv | true",
                "in/*.csv | in/sub/a.csv | false",
                "in/**/*.csv | in/sub/deep/a.csv | true",
                "in/**/*.csv | in/a.csv | true",
                "in/** | in/a | true",
                "**/x/*.{csv,json} | a/b/x/1.json | true",
                "**/x/*.{csv,json} | x/1.json | true",
                "**/x/*.{csv,json} | x/1.txt | false",
                "a+b(1).csv | a+b(1).csv | true",
                "über.csv | über.csv | true",
                "[ab].csv | a.csv | false",
            })
    void matchesAsWritten(String glob, String path, boolean expected) {
        assertThat(Patterns.compile(glob).matcher(path).matches()).isEqualTo(expected);
    }

    @Test
    void takesWhatOneIncludeWantsAndNoExclude() {
        var patterns = new Patterns(List.of("*.csv", "*.json"), List.of("tmp-*", "old/**"));

        assertThat(patterns.take("a.csv")).isTrue();
        assertThat(patterns.take("a.txt")).isFalse();
        assertThat(patterns.take("sub/tmp-a.csv")).isFalse();
        assertThat(patterns.take("old/a.csv")).isFalse();
        assertThat(patterns.passOver("sub/tmp-folder")).isTrue();
        assertThat(new Patterns(List.of(), List.of()).take("anything")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{a,b", " "})
    void refusesWhatIsNoPattern(String glob) {
        assertThatThrownBy(() -> Patterns.compile(glob)).hasMessageContaining("is no pattern");
    }
}

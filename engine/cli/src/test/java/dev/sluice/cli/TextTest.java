package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

class TextTest {
    @Test
    void keepsLettersOfEveryScriptAndEscapesWhatSteersATerminal() {
        assertThat(Text.oneLine("Grüße 東京 😀")).isEqualTo("Grüße 東京 😀");
        assertThat(Text.oneLine("a\u001b[31m\u0007\u009b\n\t\r\u2028\u202e\u200d"))
                .isEqualTo("a\\u001b[31m\\u0007\\u009b\\n\\t\\r\\u2028\\u202e\\u200d");
        assertThat(Text.printable("a\n\tb\r")).isEqualTo("a\n\tb\\r");
        assertThat(Text.oneLine("\ud800x")).isEqualTo("\\ud800x");
        assertThat(Text.oneLine(Character.toString(0xE0001))).isEqualTo("\\udb40\\udc01");
    }

    @Test
    void measuresWideLettersAsTwoAndMarksAsNone() {
        assertThat(Text.width("abc")).isEqualTo(3);
        assertThat(Text.width("東京")).isEqualTo(4);
        assertThat(Text.width("e\u0301")).isEqualTo(1);
        assertThat(Text.fit("東京都", 4)).isEqualTo("東…");
        assertThat(Text.fit("abc", 3)).isEqualTo("abc");
    }

    @Test
    void alignsColumnsOfWideLetters() {
        var table = new Table(List.of(
                new Table.Heading("A", false, UnaryOperator.identity()),
                new Table.Heading("N", true, UnaryOperator.identity()),
                new Table.Heading("B", false, UnaryOperator.identity())));
        table.add(List.of("東京", "1", "x"));
        table.add(List.of("ab", "100", "y"));

        assertThat(table.head(80)).isEqualTo("A       N  B");
        assertThat(table.lines(80, Ansi.OFF)).containsExactly("東京    1  x", "ab    100  y");
    }
}

package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.WireEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page about filters shows what compiles, and says what it does to the page's own event. */
class FilterDocsTest {
    private static final Path PAGE = Path.of("../../docs/filters.md");
    private static final ObjectMapper YAML = new YAMLMapper();

    private final String page;
    private final WireEvent event;

    FilterDocsTest() throws IOException {
        page = Files.readString(PAGE);
        byte[] json = found("(?s)```json\n(.*?)```").get(0).group(1).getBytes(StandardCharsets.UTF_8);
        event = new JsonEventFormat().read(json, 0, json.length);
    }

    @Test
    void showsForEveryDialectAFilterThatPassesTheEvent() throws IOException {
        List<MatchResult> rows = found("(?m)^\\| `(\\w+: .*?)` \\| [^|]*\\|$");
        assertThat(rows)
                .extracting(row -> row.group(1).replaceAll(":.*", ""))
                .contains("exact", "prefix", "suffix", "all", "any", "not", "cesql", "pattern");
        for (MatchResult row : rows) {
            JsonNode filter = YAML.readTree(row.group(1));
            assertThat(compiled(List.of(filter)).test(event)).as(row.group(1)).isTrue();
        }
    }

    @Test
    void showsListsThatPassTheEvent() throws IOException {
        List<MatchResult> blocks = found("(?s)```yaml\n(filters:.*?)```");
        assertThat(blocks).isNotEmpty();
        for (MatchResult block : blocks) {
            assertThat(compiled(YAML.readTree(block.group(1)).get("filters")).test(event))
                    .as(block.group(1))
                    .isTrue();
        }
    }

    @Test
    void saysWhatExpressionsGive() {
        List<MatchResult> rows = found("(?m)^\\| `([^`]*[('][^`]*|[^`]+ [^`]+)` \\| `([^`]*)` \\|$");
        assertThat(rows).hasSizeGreaterThan(8);
        for (MatchResult row : rows) {
            CesqlResult result = Cesql.parse(row.group(1)).evaluate(event);
            assertThat(result.errors()).as(row.group(1)).isEmpty();
            assertThat(result.value().toString()).as(row.group(1)).isEqualTo(row.group(2));
        }
    }

    @Test
    void namesEveryFunction() {
        for (String function : Builtins.all().keySet()) {
            assertThat(page).contains("`" + function + "(");
        }
    }

    private static EventFilter compiled(Object filters) {
        return Filters.compile(new ObjectMapper().convertValue(filters, List.class));
    }

    private List<MatchResult> found(String regex) {
        return Pattern.compile(regex).matcher(page).results().toList();
    }
}

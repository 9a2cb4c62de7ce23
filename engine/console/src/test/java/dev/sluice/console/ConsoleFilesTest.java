package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page runs under a policy that forbids inline code and other hosts, so its files must do without. */
class ConsoleFilesTest {
    private static final List<String> FILES = List.of("index.html", "console.css", "console.js", "icon.svg");

    @Test
    void hasEveryFileThatThePageNames() {
        var named = Pattern.compile("(?:src|href)=\"([^/\"#][^\":]*)\"").matcher(file("index.html"));

        assertThat(named.results().map(it -> it.group(1)).distinct())
                .containsExactlyInAnyOrder("icon.svg", "console.css", "console.js");
        assertThat(FILES).allSatisfy(name -> assertThat(file(name)).isNotBlank());
    }

    @Test
    void asksNoOtherHost() {
        var xmlNames = Pattern.compile("http://www\\.w3\\.org/2000/svg");

        assertThat(FILES)
                .allSatisfy(name -> assertThat(xmlNames.matcher(file(name)).replaceAll(""))
                        .doesNotContain("http:", "https:", "url(", "@import")
                        .doesNotContainPattern("[\"'`(]//"));
    }

    @Test
    void hasNoInlineScriptStyleOrHandler() {
        assertThat(file("index.html"))
                .doesNotContain("<style", "style=", "javascript:")
                .doesNotContainPattern("<script(?![^>]*src=)")
                .doesNotContainPattern("\\son[a-z]+=");
        assertThat(file("console.js")).doesNotContain("eval(", "new Function", ".innerHTML =", "insertAdjacentHTML");
    }

    @Test
    void readsNothingButTheAdminApi() {
        var paths = Pattern.compile("fetch\\(`([^`$]*)").matcher(file("console.js"));

        assertThat(paths.results().map(it -> it.group(1))).containsExactly("/admin/v1/");
    }

    private static String file(String name) {
        try (var in = ConsoleFilesTest.class.getResourceAsStream("/console/" + name)) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

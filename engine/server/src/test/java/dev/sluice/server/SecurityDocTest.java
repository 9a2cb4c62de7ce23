package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every test that docs/security.md names is one of this repository's, by class and method. */
class SecurityDocTest {
    private static final Path ROOT = Path.of("..", "..");
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)#(\\w+)`");
    private static final int FOLDERS_MAX = 14;

    @Test
    void namesOnlyTestsThatThereAre() throws IOException {
        var named = NAMED.matcher(Files.readString(ROOT.resolve("docs/security.md")));
        var sources = tests();
        var missing = new ArrayList<String>();
        var count = 0;
        while (named.find()) {
            count++;
            var method = "    void " + named.group(2) + "(";
            if (sources.getOrDefault(named.group(1), List.of()).stream().noneMatch(text -> text.contains(method))) {
                missing.add(named.group());
            }
        }

        assertThat(missing).isEmpty();
        assertThat(count).isGreaterThan(30);
    }

    /** The texts of all test classes by their name, which several modules may use. */
    private static Map<String, List<String>> tests() throws IOException {
        try (var files = Files.find(
                ROOT,
                FOLDERS_MAX,
                (path, attributes) ->
                        path.toString().endsWith("Test.java") && path.toString().contains("src/test/java"))) {
            return files.collect(Collectors.groupingBy(
                    file -> file.getFileName().toString().replace(".java", ""),
                    Collectors.mapping(SecurityDocTest::text, Collectors.toList())));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

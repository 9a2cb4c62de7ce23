package dev.sluice.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Java in the documentation is compiled: each block repeats a region of a {@code DocsSnippets}, line by line. */
class DocsTest {
    private static final Path ROOT = Path.of("..", "..");
    /** The second shows a library that samples do not see; it is compiled where it lies. */
    private static final List<Path> SOURCES = List.of(
            Path.of("src", "test", "java", "dev", "sluice", "samples", "orders", "DocsSnippets.java"),
            ROOT.resolve("cloudevents-adapters/http/src/test/java/dev/sluice/cloudevents/http/DocsSnippets.java"));

    private static final Pattern REGION = Pattern.compile("(?ms)^ *// docs:(?!end)([a-z-]+)\\R(.*?)^ *// docs:end$");
    private static final Pattern BLOCK = Pattern.compile("(?ms)(?:^<!-- docs:([a-z-]+) -->\\R)?^```java\\R(.*?)^```$");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#\\s]+)[^)]*\\)");

    @Test
    void everyJavaBlockIsARegionThatCompiles() throws IOException {
        var regions = regions();
        var used = new TreeSet<String>();
        for (var page : pages()) {
            var blocks = BLOCK.matcher(Files.readString(page));
            while (blocks.find()) {
                var name = blocks.group(1);
                assertThat(regions).as("region of a block in %s", page).containsKey(name);
                assertThat(blocks.group(2)).as("block %s in %s", name, page).isEqualTo(regions.get(name));
                used.add(name);
            }
        }
        assertThat(used).as("regions that the documentation shows").isEqualTo(new TreeSet<>(regions.keySet()));
    }

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        for (var page : pages()) {
            var links = LINK.matcher(Files.readString(page));
            while (links.find()) {
                assertThat(page.resolveSibling(links.group(1)))
                        .as("link in %s", page)
                        .exists();
            }
        }
    }

    private static List<Path> pages() throws IOException {
        var pages = new ArrayList<>(
                List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md"), ROOT.resolve("CHANGELOG.md")));
        try (var docs = Files.list(ROOT.resolve("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    private static Map<String, String> regions() throws IOException {
        var regions = new LinkedHashMap<String, String>();
        for (var source : SOURCES) {
            var found = REGION.matcher(Files.readString(source));
            while (found.find()) {
                // A reader of the documentation sees top-level classes.
                regions.put(
                        found.group(1),
                        found.group(2).indent(-4).replace("public static final class", "public final class"));
            }
        }
        return regions;
    }
}

package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The documentation names tests for what it promises: they exist. Read from the sources of all modules. */
class DocumentedTestsTest {
    private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z0-9]*Test)#([A-Za-z0-9]+)`");
    private static final Pattern METHOD = Pattern.compile("(?m)^    void ([a-z][A-Za-z0-9]*)\\(");
    private static final Pattern LINE = Pattern.compile("(?m)^\\| (\\d+) \\| ");
    private static final int KNATIVE_LINES = 48;

    private static Path root;
    private static Map<String, String> tests;

    @BeforeAll
    static void read() throws IOException {
        root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("functions-api"))) {
            root = root.getParent();
        }
        try (var files = Files.walk(root)) {
            tests = files.filter(file -> file.toString().contains("src/test/java")
                            && file.getFileName().toString().endsWith("Test.java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            DocumentedTestsTest::text,
                            (one, other) -> one + other));
        }
    }

    @Test
    void everyTestThatTheRulesNameExists() throws IOException {
        var rules = named("semantics.md").toList();

        assertThat(rules).hasSizeGreaterThan(50);
        assertThat(rules.stream().filter(test -> !exists(test))).isEmpty();
    }

    @Test
    void everyTestThatTheConformanceTableNamesExists() throws IOException {
        assertThat(named("knative-conformance.md").filter(test -> !exists(test)))
                .isEmpty();
    }

    @Test
    void theConformanceTableHasEachLineOnceInItsOrder() throws IOException {
        var lines = LINE.matcher(doc("knative-conformance.md")).results().map(line -> Integer.valueOf(line.group(1)));

        assertThat(lines)
                .containsExactlyElementsOf(
                        Stream.iterate(1, line -> line + 1).limit(KNATIVE_LINES).toList());
    }

    @Test
    void everyLineThatHoldsNamesATest() throws IOException {
        assertThat(doc("knative-conformance.md").lines().filter(line -> line.contains("| holds |")))
                .isNotEmpty()
                .allSatisfy(
                        line -> assertThat(NAMED.matcher(line).find()).as(line).isTrue());
    }

    @Test
    void everyConformanceTestStandsInTheTable() throws IOException {
        var inTable = named("knative-conformance.md").toList();

        var written = tests.entrySet().stream()
                .filter(test ->
                        test.getKey().startsWith("Knative") && test.getValue().contains("conformance"))
                .flatMap(test ->
                        METHOD.matcher(test.getValue()).results().map(method -> test.getKey() + "#" + method.group(1)))
                .filter(test -> !test.matches(".*#(start|stop)"))
                .toList();
        assertThat(written).isNotEmpty().isSubsetOf(inTable);
    }

    private static Stream<String> named(String doc) throws IOException {
        return NAMED.matcher(doc(doc)).results().map((MatchResult name) -> name.group(1) + "#" + name.group(2));
    }

    private static boolean exists(String test) {
        var name = List.of(test.split("#"));
        return tests.getOrDefault(name.get(0), "").contains(" void " + name.get(1) + "(");
    }

    private static String doc(String name) throws IOException {
        return Files.readString(root.resolve("docs").resolve(name));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

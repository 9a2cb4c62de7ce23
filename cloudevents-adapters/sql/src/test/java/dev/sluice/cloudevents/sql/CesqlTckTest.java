package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.sql.CesqlError.Kind;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The official test cases, read from where the public test data lies beside the repository. */
class CesqlTckTest {
    private static final Path FOLDER = Path.of("../../../shared/conformance/cesql-tck");
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Contradicts section 3.7 of the specification, by which an Integer that is not 0 is true. */
    private static final Map<String, Object> BY_THE_SPECIFICATION_INSTEAD = Map.of("NOT 10", false);

    /** Written for a fail-fast engine; one that goes on gives the value that section 4.1 allows as well. */
    private static final Set<String> ONLY_WHEN_FAILING_FAST = Set.of("true and (1 != 1 / 0)", "false or (1 != 1 / 0)");

    private record Case(String name, String expression, CloudEvent event, JsonNode result, String error) {
        @Override
        public String toString() {
            return name + ": " + expression;
        }
    }

    static Stream<Case> cases() throws IOException {
        if (!Files.isDirectory(FOLDER)) {
            // A method source must not be empty; the test says that it is skipped.
            return Stream.of(new Case("skipped", "", event(JSON.createObjectNode()), JSON.nullNode(), ""));
        }
        List<Case> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                for (JsonNode test : YAML.readTree(file.toFile()).get("tests")) {
                    cases.add(read(test));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesTheValueAndTheErrorOfTheTestKit(Case expected) {
        assume();
        if (BY_THE_SPECIFICATION_INSTEAD.containsKey(expected.expression)) {
            assertThat(evaluated(expected, true))
                    .isEqualTo(new CesqlResult(BY_THE_SPECIFICATION_INSTEAD.get(expected.expression), List.of()));
            return;
        }
        check(expected, evaluated(expected, true));
        if (!ONLY_WHEN_FAILING_FAST.contains(expected.expression)) {
            check(expected, evaluated(expected, false));
        }
    }

    @Test
    void hasAllCases() throws IOException {
        assume();
        assertThat(cases()).hasSize(275);
    }

    private static void check(Case expected, CesqlResult result) {
        if (!expected.result.isMissingNode()) {
            Object value = expected.result.isInt()
                    ? expected.result.intValue()
                    : expected.result.isBoolean() ? expected.result.booleanValue() : (Object) expected.result.asText();
            assertThat(result.value()).isEqualTo(value);
        }
        assertThat(result.errors().stream().map(error -> error.kind().name()))
                .isEqualTo(expected.error.isEmpty() ? List.of() : List.of(expected.error));
    }

    /** By the test kit a text that cannot be parsed gives false and an error. */
    private static CesqlResult evaluated(Case expected, boolean failFast) {
        try {
            Cesql expression = Cesql.parse(expected.expression);
            return failFast ? expression.evaluateFailFast(expected.event) : expression.evaluate(expected.event);
        } catch (InvalidCesqlException invalid) {
            assertThat(invalid.error().kind()).isEqualTo(Kind.PARSE);
            return new CesqlResult(false, List.of(invalid.error()));
        }
    }

    private static Case read(JsonNode test) {
        ObjectNode event = test.has("event") ? (ObjectNode) test.get("event") : JSON.createObjectNode();
        if (test.has("eventOverrides")) {
            event.setAll((ObjectNode) test.get("eventOverrides"));
        }
        String error = test.path("error").asText().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
        return new Case(
                test.get("name").asText(), test.get("expression").asText(), event(event), test.path("result"), error);
    }

    private static CloudEvent event(ObjectNode given) {
        ObjectNode event = JSON.createObjectNode();
        event.put("specversion", "1.0").put("id", "1").put("source", "/tck").put("type", "tck");
        event.setAll(given);
        try {
            return new JsonEventFormat().deserialize(JSON.writeValueAsBytes(event));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static void assume() {
        assumeTrue(
                Files.isDirectory(FOLDER),
                "skipped: the CloudEvents conformance data is not at ../shared/conformance beside the repository");
    }
}

package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.JacksonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The specification's JSON schema of events. */
final class EventSchema {
    /** The specification's public test data, beside the repository. */
    static final Path CONFORMANCE = Path.of("../../../shared/conformance");

    static final String SKIPPED =
            "skipped: the CloudEvents conformance data is not at ../shared/conformance beside the repository";

    private static final URI EVENT = URI.create("urn:events");
    private static final URI BATCH = URI.create("urn:batch");

    private final Validator validator = new ValidatorFactory()
            .withJsonNodeFactory(new JacksonNode.Factory())
            .createValidator();

    EventSchema() throws IOException {
        validator.registerSchema(EVENT, Files.readString(CONFORMANCE.resolve("schemas/cloudevents.json")));
        validator.registerSchema(BATCH, "{\"type\":\"array\",\"items\":{\"$ref\":\"" + EVENT + "\"}}");
    }

    static boolean hasConformanceData() {
        return Files.isDirectory(CONFORMANCE.resolve("schemas"));
    }

    /** Skips a test when the data is not there. */
    static void assumeConformanceData() {
        assumeTrue(hasConformanceData(), SKIPPED);
    }

    boolean allows(String json) {
        return validator.validate(EVENT, json).isValid();
    }

    void assertValid(byte[] event) {
        assertValid(EVENT, event);
    }

    void assertValidBatch(byte[] batch) {
        assertValid(BATCH, batch);
    }

    private void assertValid(URI schema, byte[] written) {
        String json = new String(written, StandardCharsets.UTF_8);
        Validator.Result result = validator.validate(schema, json);
        assertThat(result.isValid()).as(json + " " + result.getErrors()).isTrue();
    }
}

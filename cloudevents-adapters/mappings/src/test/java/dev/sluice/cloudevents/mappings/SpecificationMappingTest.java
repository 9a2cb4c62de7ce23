package dev.sluice.cloudevents.mappings;

import static dev.sluice.cloudevents.mappings.Payloads.DELIVERY;
import static dev.sluice.cloudevents.mappings.Payloads.GITHUB;
import static dev.sluice.cloudevents.mappings.Payloads.S3;
import static dev.sluice.cloudevents.mappings.Payloads.bytes;
import static dev.sluice.cloudevents.mappings.Payloads.data;
import static dev.sluice.cloudevents.mappings.Payloads.github;
import static dev.sluice.cloudevents.mappings.Payloads.headers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.cloudevents.WireEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Every row of the specification's mappings that is built, against payloads made of the row itself. */
class SpecificationMappingTest {
    private static final Path MAPPINGS = Path.of("../../../shared/conformance/adapters/mapping.tsv");

    /**
     * Where the specification's rows are left open or contradict themselves, and what was decided: event, column, text.
     */
    private static final List<List<String>> DECIDED = List.of(
            List.of("RepositoryDispatchEvent", "type", "`com.github.repository_dispatch.` + \"action\" value"),
            List.of("RepositoryRulesetEvent", "type", "`com.github.repository_ruleset.` + \"action\" value"),
            List.of("StatusEvent", "type", "`com.github.status.` + \"state\" value"),
            List.of("DiscussionEvent", "dataschema", "Omit"),
            List.of("DiscussionEvent", "time", "\"discussion.updated_at\" value"),
            List.of("ReleaseEvent", "time", "\"release.published_at\" value"),
            List.of(
                    "(all)",
                    "source",
                    "\"eventSource\" value + `.` + \"awsRegion\" value + `.` + \"s3.bucket.name\" value"));

    @Test
    void mapsEveryRowOfGithub() throws IOException {
        var rows = rows("github");
        var softly = new SoftAssertions();
        for (var row : rows) {
            var fields = row.fields();
            check(row, fields, softly);
            // The second choice of a time counts when the first is missing.
            var times = SpecificationRow.names(row.time());
            if (!times.isEmpty()) {
                fields.remove(times.get(0));
                check(row, fields, softly);
            }
            if (row.subject().endsWith("if exists") || row.subject().endsWith("when available")) {
                fields.remove(SpecificationRow.names(row.subject()).get(0));
                check(row, fields, softly);
            }
        }
        softly.assertAll();
        assertThat(rows).hasSize(71);
        assertThat(rows.stream().map(SpecificationRow::kind)).doesNotHaveDuplicates();
    }

    private static void check(SpecificationRow row, Map<String, String> fields, SoftAssertions softly) {
        var body = SpecificationRow.payload(fields).toString();
        WireEvent event;
        try {
            event = GITHUB.events(github(row.kind()), bytes(body)).get(0);
        } catch (RefusedPayloadException refused) {
            softly.fail(row.event() + ": " + refused.getMessage());
            return;
        }
        var time = SpecificationRow.value(row.time(), fields);
        softly.assertThat(row.id()).isEqualTo("\"X-GitHub-Delivery\" HTTP header value");
        softly.assertThat(event.getId()).isEqualTo(DELIVERY);
        softly.assertThat(event.source()).as(row.event() + " source").isEqualTo(source(row, fields));
        softly.assertThat(event.getType())
                .as(row.event() + " type")
                .isEqualTo(SpecificationRow.value(row.type(), fields));
        softly.assertThat(event.getSubject())
                .as(row.event() + " subject")
                .isEqualTo(SpecificationRow.value(row.subject(), fields));
        softly.assertThat(event.text("time"))
                .as(row.event() + " time")
                .isEqualTo(time == null ? Payloads.NOW_TEXT : time);
        softly.assertThat(event.getDataContentType())
                .isEqualTo(row.dataContentType().replace("`", ""));
        softly.assertThat(row.dataSchema()).as(row.event() + " dataschema").isEqualTo("Omit");
        softly.assertThat(event.getDataSchema()).isNull();
        softly.assertThat(data(event)).isEqualTo(body);
    }

    private static String source(SpecificationRow row, Map<String, String> fields) {
        var source = SpecificationRow.value(row.source(), fields);
        return row.source().contains("without the `/username` portion")
                ? source.substring(0, source.lastIndexOf('/'))
                : source;
    }

    @Test
    void mapsTheRowOfS3() throws IOException {
        var row = rows("aws-s3").get(0);
        var fields = new LinkedHashMap<>(row.fields());
        SpecificationRow.names(row.source()).forEach(name -> fields.put(name, "source-" + name));
        var record = SpecificationRow.payload(fields).toString();

        var event = S3.events(headers(), bytes("{ \"Records\" : [ " + record + " ] }"))
                .get(0);

        assertThat(event.getId())
                .isEqualTo("id-responseElements.x-amz-request-id.id-responseElements.x-amz-id-2")
                .isEqualTo(SpecificationRow.value(row.id(), fields));
        assertThat(event.source()).isEqualTo(SpecificationRow.value(row.source(), fields));
        assertThat(event.getType()).isEqualTo(SpecificationRow.value(row.type(), fields));
        assertThat(event.getSubject()).isEqualTo(SpecificationRow.value(row.subject(), fields));
        assertThat(event.text("time")).isEqualTo(SpecificationRow.value(row.time(), fields));
        assertThat(row.dataContentType()).contains(event.getDataContentType());
        assertThat(data(event)).isEqualTo(record);
    }

    private static List<SpecificationRow> rows(String adapter) throws IOException {
        assumeTrue(
                Files.isRegularFile(MAPPINGS),
                "skipped: the CloudEvents conformance data is not at ../shared/conformance beside the repository");
        var rows = Files.readAllLines(MAPPINGS).stream()
                .map(SpecificationRow::parse)
                .filter(row -> row.adapter().equals(adapter))
                .map(SpecificationMappingTest::decided)
                .toList();
        assertThat(rows).isNotEmpty();
        return rows;
    }

    private static SpecificationRow decided(SpecificationRow row) {
        var result = row;
        for (var decision : DECIDED) {
            if (decision.get(0).equals(row.event())
                    && (row.adapter().equals("github") || row.adapter().equals("aws-s3"))) {
                result = result.amended(decision.get(1), decision.get(2));
            }
        }
        return result;
    }
}

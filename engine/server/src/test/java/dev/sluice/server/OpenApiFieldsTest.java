package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.broker.EventSource.Trouble;
import dev.sluice.broker.Lag;
import dev.sluice.broker.TopicStatus;
import dev.sluice.deadletters.Comparison;
import dev.sluice.deadletters.JobStatus;
import dev.sluice.deadletters.LetterCounts;
import dev.sluice.deadletters.LetterGroups;
import dev.sluice.deadletters.Replayed;
import dev.sluice.engine.FunctionStatus;
import dev.sluice.engine.TriggerStatus;
import dev.sluice.server.explain.Explanation;
import dev.sluice.server.explain.Trace;
import dev.sluice.trigger.object.ObjectStatus;
import dev.sluice.trigger.schedule.ScheduleStatus;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The admin API's description beside the records that it answers with. */
class OpenApiFieldsTest {
    @Test
    void documentsExactlyTheFieldsThatThereAre() throws Exception {
        JsonNode schemas;
        try (var in = AdminServer.class.getResourceAsStream("openapi.json")) {
            schemas = new ObjectMapper().readTree(in).path("components").path("schemas");
        }

        checkSchema(schemas, "FunctionStatus", FunctionStatus.class);
        checkSchema(schemas, "TriggerStatus", TriggerStatus.class);
        checkSchema(schemas, "DecisionItem", DecisionItem.class);
        checkSchema(schemas, "DecisionInputs", DecisionItem.Inputs.class);
        checkSchema(schemas, "LetterCounts", LetterCounts.class);
        checkSchema(schemas, "LetterGroups", LetterGroups.class);
        checkSchema(schemas, "LetterGroup", LetterGroups.Group.class);
        checkSchema(schemas, "JobStatus", JobStatus.class);
        checkSchema(schemas, "Comparison", Comparison.class);
        checkSchema(schemas, "Replayed", Replayed.class);
        checkSchema(schemas, "Difference", Comparison.Difference.class);
        checkSchema(schemas, "Refusal", JobStatus.Refusal.class);
        checkSchema(schemas, "Scaled", ScalingRoutes.Scaled.class);
        checkSchema(schemas, "Explanation", Explanation.class);
        checkSchema(schemas, "Trace", Trace.class);
        checkSchema(schemas, "TraceHop", Trace.Hop.class);
        checkSchema(schemas, "TraceStep", Trace.Step.class);
        checkSchema(schemas, "Lag", Lag.class);
        checkSchema(schemas, "PartitionLag", Lag.PartitionLag.class);
        checkSchema(schemas, "PartitionStatus", TopicStatus.PartitionStatus.class);
        checkSchema(schemas, "Trouble", Trouble.class);
        checkSchema(schemas, "ObjectStatus", ObjectStatus.class);
        checkSchema(schemas, "Moved", PositionReset.Moved.class);
        checkSchema(schemas, "ScheduleStatus", ScheduleStatus.class);
        checkSchema(schemas, "Ran", ScheduleRoutes.Ran.class);
        checkSchema(schemas, "Paused", ScheduleRoutes.Paused.class);
        checkSchema(schemas, "Backfilled", ScheduleRoutes.Backfilled.class);
        checkSchema(schemas, "MovedPartition", PositionReset.MovedPartition.class);
        checkSchema(schemas, "BrokerItem", AdminJson.BrokerItem.class);
        checkSchema(schemas, "Health", AdminJson.Health.class);
        checkSchema(schemas, "VersionItem", AdminJson.VersionItem.class);
        checkSchema(schemas, "Problem", AdminJson.Problem.class);
    }

    private static void checkSchema(JsonNode schemas, String name, Class<?> type) {
        var components = Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName);
        var schema = schemas.path(name);
        var documented = new TreeSet<String>();
        schema.path("properties").fieldNames().forEachRemaining(documented::add);

        assertThat(documented).as(name).isEqualTo(components.collect(TreeSet::new, TreeSet::add, TreeSet::addAll));
        assertThat(schema.path("required")).as(name).hasSameSizeAs(schema.path("properties"));
    }
}

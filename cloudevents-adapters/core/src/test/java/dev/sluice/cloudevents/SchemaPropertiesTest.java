package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/** Whatever is written as JSON is what the specification's schema allows. */
@AddLifecycleHook(SchemaPropertiesTest.NeedsTheConformanceData.class)
class SchemaPropertiesTest {
    private final EventSchema schema = new EventSchema();

    SchemaPropertiesTest() throws IOException {}

    @Property(tries = 400)
    void anyEventIsWrittenAsTheSchemaAllows(@ForAll("events") WireEvent event) {
        schema.assertValid(Samples.JSON.write(event));
    }

    @Property(tries = 60)
    void anyBatchIsWrittenAsTheSchemaAllows(@ForAll("batches") List<WireEvent> events) {
        schema.assertValidBatch(Samples.JSON.writeBatch(events));
    }

    /** Else the properties above would hold of anything. */
    @Example
    void theSchemaRefusesWhatIsNoEvent() {
        assertThat(schema.allows("{\"specversion\":\"1.0\"}")).isFalse();
        assertThat(schema.allows(Samples.document(""))).isTrue();
        assertThat(schema.allows(Samples.document(",\"subject\":5"))).isFalse();
    }

    @Provide
    Arbitrary<WireEvent> events() {
        return AnyEvent.events();
    }

    @Provide
    Arbitrary<List<WireEvent>> batches() {
        return AnyEvent.events().list().ofMaxSize(5);
    }

    /** An assumption, in jqwik's words: one that is thrown would be a failure there. */
    static final class NeedsTheConformanceData implements SkipExecutionHook {
        @Override
        public SkipResult shouldBeSkipped(LifecycleContext context) {
            return EventSchema.hasConformanceData() ? SkipResult.doNotSkip() : SkipResult.skip(EventSchema.SKIPPED);
        }
    }
}

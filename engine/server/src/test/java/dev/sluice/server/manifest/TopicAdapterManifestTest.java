package dev.sluice.server.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.broker.Ordering;
import dev.sluice.broker.Start;
import dev.sluice.server.manifest.TriggerManifest.AnswerRoute;
import dev.sluice.server.manifest.TriggerManifest.Reading;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Topics whose records an adapter makes into events. */
class TopicAdapterManifestTest {
    private static final String FUNCTION = """
            {apiVersion: sluice.dev/v1, kind: Function, metadata: {name: price}, spec: {handler: com.acme.Price}}
            ---
            """;

    @TempDir
    Path folder;

    private Manifest read(String topic) throws Exception {
        var text = FUNCTION + """
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: uploads}
                spec: {topic: %s, function: price, delivery: {dead-letter: {topic: dead}}}
                """.formatted(topic);
        var file = Files.writeString(folder.resolve("sluice.yaml"), text);
        return Manifest.read(List.of(file), Map.of(), null);
    }

    private static TopicRef topic(String name) {
        return new TopicRef("default", name);
    }

    @Test
    void readsTheEventsThatATriggerOfItsOwnMakesOfTheTopic() throws Exception {
        var manifest = read("{name: bucket, adapter: s3, group: team, order: partition, start: latest}");

        var triggers = manifest.triggers();
        assertThat(triggers).extracting(TriggerManifest::name).containsExactly("uploads", "uploads-adapter");
        assertThat(triggers.get(0).reading())
                .isEqualTo(new Reading(topic("uploads.events"), "uploads", Start.EARLIEST, Ordering.KEY));
        assertThat(triggers.get(0).deadLetters()).isEqualTo(topic("dead"));
        assertThat(triggers.get(1).reading())
                .isEqualTo(new Reading(topic("bucket"), "team", Start.LATEST, Ordering.PARTITION));
        assertThat(triggers.get(1).answers().routes()).containsExactly(new AnswerRoute(null, topic("uploads.events")));
        assertThat(triggers.get(1).deadLetters()).isEqualTo(topic("bucket.dlq"));
        assertThat(triggers.get(1).function()).isEqualTo("uploads-adapter");
        assertThat(manifest.functions())
                .extracting(FunctionManifest::name, FunctionManifest::handler)
                .anySatisfy(made -> assertThat(made.toList())
                        .containsExactly("uploads-adapter", "dev.sluice.server.S3Notifications"));
    }

    @Test
    void storesTheEventsOnATopicThatIsNamed() throws Exception {
        var triggers = read("{name: bucket, adapter: s3, events: changes}").triggers();

        assertThat(triggers.get(0).reading()).extracting(Reading::topic).isEqualTo(topic("changes"));
        assertThat(triggers.get(1).answers().routes()).containsExactly(new AnswerRoute(null, topic("changes")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {name: bucket, adapter: github}               | spec.topic.adapter: 'github': must be s3
            {name: bucket, adapter: s3, events: bucket}   | spec.topic.events: 'bucket': would store the events
            {name: uploads.events, adapter: s3}           | spec.topic.adapter: 's3': would store the events
            {name: bucket, events: changes}               | spec.topic.events: is not a known key
            """)
    void refusesWhatCannotBe(String topic, String told) {
        assertThat(mistakes(topic)).contains(told);
    }

    @Test
    void refusesANameThatIsTaken() {
        var other = """
                {name: bucket, adapter: s3}, function: price}
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: uploads-adapter}
                spec: {topic: t""";

        assertThat(mistakes(other)).contains("of the name 'uploads-adapter', which another has");
    }

    private String mistakes(String topic) {
        var told = catchThrowableOfType(InvalidManifestException.class, () -> read(topic));
        assertThat(told).isNotNull();
        return told.getMessage();
    }
}

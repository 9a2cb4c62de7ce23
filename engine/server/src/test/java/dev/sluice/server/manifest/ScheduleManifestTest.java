package dev.sluice.server.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.trigger.schedule.Missed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schedules of triggers, and PingSources, as manifests write them. */
class ScheduleManifestTest {
    private static final Instant NINE = Instant.parse("2026-03-01T09:00:00Z");
    private static final String FUNCTION = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: report}
            spec: {handler: com.acme.Report}
            ---
            """;
    private static final String PING = """
            apiVersion: sources.knative.dev/v1
            kind: PingSource
            metadata: {name: heartbeat, namespace: shop, labels: {a: b}}
            spec:
            """;

    @TempDir
    private Path folder;

    private Manifest read(String text) throws IOException, InvalidManifestException {
        return Manifest.read(List.of(Files.writeString(folder.resolve("sluice.yaml"), text)), Map.of(), null);
    }

    private Manifest trigger(String spec) throws Exception {
        return read(FUNCTION
                + "apiVersion: sluice.dev/v1\nkind: Trigger\nmetadata: {name: nightly}\nspec: {function: report, "
                + spec + "}\n");
    }

    @Test
    void readsAScheduleAndTheTopicThatItsTriggerReads() throws Exception {
        var manifest = trigger("schedule: {cron: '0 6 * * MON-FRI', zone: Europe/Berlin, missed: all, jitter: 30s,"
                + " window: 15m, start: 2026-03-03, end: '2026-04-01T00:00:00Z', data: {kind: daily, n: 3, on: true}}");

        var schedule = manifest.schedules().get(0);
        assertThat(schedule.topic()).isEqualTo(new TopicRef("default", "nightly.events"));
        assertThat(manifest.triggers().get(0).reading().topic()).isEqualTo(schedule.topic());
        var read = schedule.schedule();
        assertThat(read.definition()).isEqualTo("0 6 * * MON-FRI Europe/Berlin");
        assertThat(read.missed()).isEqualTo(Missed.ALL);
        assertThat(read.jitter()).isEqualTo(Duration.ofSeconds(30));
        assertThat(read.window()).isEqualTo(Duration.ofMinutes(15));
        assertThat(read.timing().next(NINE)).isEqualTo("2026-03-03T05:00:00Z");
        assertThat(read.timing().next(Instant.parse("2026-03-31T12:00:00Z"))).isNull();
        assertThat(read.form().data()).isEqualTo("{\"kind\":\"daily\",\"n\":3,\"on\":true}");
        assertThat(read.form().contentType()).isEqualTo("application/json");
    }

    @Test
    void readsAPeriodASingleTimeAndATopicOfItsOwn() throws Exception {
        var every = trigger("every: 10s").schedules().get(0).schedule();
        assertThat(every.definition()).isEqualTo("every 10s");
        assertThat(every.missed()).isEqualTo(Missed.SKIP);
        assertThat(every.timing().next(NINE)).isEqualTo(NINE.plusSeconds(10));
        assertThat(every.form().data()).isNull();

        var long_ = trigger("every: {period: 1m, topic: ticks, template: '{\"at\": \"{{scheduledtime}}\"}'}")
                .schedules()
                .get(0);
        assertThat(long_.topic().name()).isEqualTo("ticks");
        assertThat(long_.schedule().form().template()).isTrue();

        var once = trigger("schedule: {at: '2026-12-24T18:00:00', zone: America/New_York}")
                .schedules()
                .get(0);
        assertThat(once.schedule().timing().next(NINE)).isEqualTo("2026-12-24T23:00:00Z");
        assertThat(once.schedule().missed()).isEqualTo(Missed.ONCE);
    }

    @Test
    void readsAPingSourceWithKnativesTypeAndSource() throws Exception {
        var manifest = read(PING + """
                  schedule: "*/2 * * * *"
                  timezone: Asia/Tokyo
                  contentType: application/json
                  dataBase64: eyJhIjoxfQ==
                  ceOverrides: {extensions: {team: blue}}
                  sink: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default}}
                status: {ready: true}
                """);

        var ping = manifest.schedules().get(0);
        assertThat(ping.topic()).isEqualTo(new TopicRef("default", "default"));
        assertThat(ping.schedule().name()).isEqualTo("pingsource.heartbeat");
        var form = ping.schedule().form();
        assertThat(form.type()).isEqualTo("dev.knative.sources.ping");
        assertThat(form.source()).isEqualTo("/apis/v1/namespaces/shop/pingsources/heartbeat");
        assertThat(form.data()).isEqualTo("{\"a\":1}");
        assertThat(form.extensions()).isEqualTo(Map.of("team", "blue"));
        assertThat(ping.schedule().timing().next(NINE)).isEqualTo(NINE.plusSeconds(120));
    }

    @Test
    void readsAPingSourceThatGoesToATopic() throws Exception {
        var ping = read(PING + "  sink: {uri: /topics/pings}\n").schedules().get(0);

        assertThat(ping.topic().name()).isEqualTo("pings");
        assertThat(ping.schedule().timing().next(NINE)).isEqualTo(NINE.plusSeconds(60));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {sink: {ref: {kind: Service, name: a}}}          | spec.sink.ref.kind: 'Service': must be Broker: a Service is nothing that this engine can send to
            {sink: {uri: "http://elsewhere/x"}}              | spec.sink.uri: 'http://elsewhere/x': must be the path of a topic of this engine, such as /topics/orders
            {sink: {uri: /topics/a}, data: a, dataBase64: b} | spec.dataBase64: 'b': is one too many: a PingSource has data or dataBase64
            {sink: {uri: /topics/a, audience: me}}           | spec.sink.audience: is not in this version
            {sink: {uri: /topics/a}, ceOverrides: {extensions: {Team: a}}} | spec.ceOverrides.extensions: has 'Team': an extension's name is a-z and 0-9 only
            {}                                               | spec.sink: is missing: a map with a ref to a Broker, or with uri: /topics/NAME
            """)
    void refusesByNameWhatItCanNotDo(String spec, String mistake) {
        var text = PING.replace("spec:\n", "spec: " + spec + "\n");

        var refused = catchThrowableOfType(InvalidManifestException.class, () -> read(text));

        assertThat(refused.mistakes()).singleElement().satisfies(it -> assertThat(it.toString())
                .endsWith(mistake));
    }
}

package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.kafka.KafkaBroker;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.cloudevents.http.HttpEventClient;
import dev.sluice.deadletters.DeadLetterDesk;
import dev.sluice.engine.Engine;
import dev.sluice.trigger.http.HttpIngress;
import dev.sluice.trigger.object.ObjectReading;
import dev.sluice.trigger.schedule.Scheduler;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The table of {@code docs/metrics.md} is what the modules say of their meters. After a change of these,
 * {@code mvn -pl load-tests -am verify -Dsluice.docs.write=true} writes it anew.
 */
class MetricsDocTest {
    private static final Path PAGE = Path.of("..", "docs", "metrics.md");
    private static final String START = "<!-- meters -->\n";
    private static final String END = "<!-- end of meters -->\n";

    private final PrometheusNamingConvention names = new PrometheusNamingConvention();

    @Test
    void pageListsEveryMeterOfEveryModule() throws IOException {
        var page = Files.readString(PAGE);
        var expected = page.substring(0, page.indexOf(START)) + START + tables() + page.substring(page.indexOf(END));
        if (Boolean.getBoolean("sluice.docs.write")) {
            Files.writeString(PAGE, expected);
        }

        assertThat(Files.readString(PAGE)).isEqualTo(expected);
    }

    private String tables() {
        var engine = new ArrayList<String>();
        Engine.meters().forEach(m -> engine.add(row(m.name(), m.type(), m.unit(), m.tags(), m.description())));
        var letters = new ArrayList<String>();
        DeadLetterDesk.meters().forEach(m -> letters.add(row(m.name(), m.type(), m.unit(), m.tags(), m.description())));
        var http = new ArrayList<String>();
        HttpIngress.meters().forEach(m -> http.add(row(m.name(), m.type(), m.unit(), m.tags(), m.description())));
        var client = new ArrayList<String>();
        HttpEventClient.meters().forEach(m -> client.add(row(m.name(), m.type(), m.unit(), m.tags(), m.description())));
        var objects = new ArrayList<String>();
        ObjectReading.meters().forEach(m -> objects.add(row(m.name(), m.type(), m.unit(), m.tags(), m.description())));
        var memory = new ArrayList<String>();
        MemoryBroker.meters().forEach(m -> {
            var tags = new ArrayList<>(List.of("broker"));
            tags.addAll(m.tags());
            memory.add(
                    row(m.name(), m.type(), m.unit(), tags.stream().distinct().toList(), m.description()));
        });
        var kafka = new ArrayList<String>();
        KafkaBroker.meters().forEach(m -> {
            var tags = new ArrayList<>(List.of("messaging.system", "broker"));
            tags.addAll(m.tags());
            kafka.add(row(m.name(), m.type(), m.unit(), tags, m.description()));
        });
        var schedules = new ArrayList<String>();
        Scheduler.meters().forEach(m -> schedules.add(row(m.name(), m.type(), m.unit(), m.tags(), m.description())));
        return table("Engine", engine)
                + table("Dead letters", letters)
                + table("HTTP ingress", http)
                + table("HTTP client (a library; the engine does not use it)", client)
                + table("Object triggers", objects)
                + table("Memory broker", memory)
                + table("Kafka broker", kafka)
                + table("Schedules", schedules)
                + "\n";
    }

    private static String table(String title, List<String> rows) {
        return rows.stream()
                .sorted()
                .collect(Collectors.joining(
                        "", "\n## " + title + "\n\n| name | type | tags | tells |\n|---|---|---|---|\n", ""));
    }

    private String row(String name, String type, String unit, List<String> tags, String description) {
        var exposed = names.name(name, Meter.Type.valueOf(type.toUpperCase(Locale.ROOT)), unit);
        var suffix = type.equals("counter") && !exposed.endsWith("_total") ? "_total" : "";
        return "| `" + exposed + suffix + "` | " + type + " | "
                + tags.stream().map(tag -> "`" + names.tagKey(tag) + "`").collect(Collectors.joining(", ")) + " | "
                + description
                + " |\n";
    }
}

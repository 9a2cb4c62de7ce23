package dev.sluice.server;

import dev.sluice.broker.kafka.KafkaBroker;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.cli.ExitCode;
import dev.sluice.deadletters.DeadLetterDesk;
import dev.sluice.engine.Engine;
import dev.sluice.trigger.http.HttpIngress;
import dev.sluice.trigger.object.ObjectReading;
import dev.sluice.trigger.schedule.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the table of all meters, as the documentation has it: it is made from what the code registers. */
@Command(
        name = "meters",
        description = "Print the table of all meters in Markdown.",
        mixinStandardHelpOptions = true,
        hidden = true)
final class MetersCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        RunCommand.line(spec).getOut().print(table());
        return ExitCode.OK;
    }

    /** A row of the table. */
    private record Row(String module, String name, String type, String unit, List<String> tags, String description) {
        String markdown() {
            var tagged = tags.isEmpty() ? "" : "`" + String.join("` `", tags) + "`";
            return "| `%s` | %s | %s | %s | %s |%n".formatted(name, type, unit, tagged, description);
        }
    }

    static String table() {
        var text = new StringBuilder();
        var module = "";
        for (var row : rows()) {
            if (!row.module.equals(module)) {
                module = row.module;
                text.append(text.isEmpty() ? "" : System.lineSeparator());
                text.append("## %s%n%n| meter | type | unit | tags | what it tells |%n|---|---|---|---|---|%n"
                        .formatted(module));
            }
            text.append(row.markdown());
        }
        return text.toString();
    }

    /** The names as they are registered; Prometheus writes dots as underscores and adds {@code _total} to counters. */
    static List<String> names(String module) {
        return rows().stream()
                .filter(row -> row.module.equals(module))
                .map(Row::name)
                .toList();
    }

    private static List<Row> rows() {
        var rows = new ArrayList<Row>();
        Engine.meters()
                .forEach(meter -> rows.add(new Row(
                        "Engine", meter.name(), meter.type(), meter.unit(), meter.tags(), meter.description())));
        DeadLetterDesk.meters()
                .forEach(meter -> rows.add(new Row(
                        "Dead letters", meter.name(), meter.type(), meter.unit(), meter.tags(), meter.description())));
        HttpIngress.meters()
                .forEach(meter -> rows.add(new Row(
                        "HTTP ingress", meter.name(), meter.type(), meter.unit(), meter.tags(), meter.description())));
        ObjectReading.meters()
                .forEach(meter -> rows.add(new Row(
                        "Object triggers",
                        meter.name(),
                        meter.type(),
                        meter.unit(),
                        meter.tags(),
                        meter.description())));
        MemoryBroker.meters().forEach(meter -> {
            var tags = new ArrayList<>(List.of("broker"));
            tags.addAll(meter.tags());
            rows.add(new Row("Memory broker", meter.name(), meter.type(), meter.unit(), tags, meter.description()));
        });
        KafkaBroker.meters().forEach(meter -> {
            var tags = new ArrayList<>(List.of("messaging.system", "broker"));
            tags.addAll(meter.tags());
            rows.add(new Row("Kafka broker", meter.name(), meter.type(), meter.unit(), tags, meter.description()));
        });
        Scheduler.meters()
                .forEach(meter -> rows.add(new Row(
                        "Schedules", meter.name(), meter.type(), meter.unit(), meter.tags(), meter.description())));
        return rows;
    }
}

package dev.sluice.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An engine with one function that only takes time, on a topic in memory, and what it wrote of its events. */
final class ServedEngine {
    private final ServerProcess engine;
    private final Path ledger;
    private final EventBatches events;
    private final ScalingApi api;

    /**
     * When an event began.
     *
     * @param sentMicros when it was sent, since the epoch
     * @param begunMicros when its run began
     */
    record Begun(long sentMicros, long begunMicros) {
        double waitSeconds() {
            return (begunMicros - sentMicros) / 1e6;
        }
    }

    /**
     * How the function is.
     *
     * @param scaling as a manifest writes it
     * @param concurrency slots of an instance
     * @param startMillis what an instance takes to start
     * @param runMillis what an event takes
     * @param each whether it writes when each event began
     */
    record Setting(String scaling, int concurrency, int startMillis, int runMillis, boolean each) {}

    private ServedEngine(ServerProcess engine, Path ledger) {
        this.engine = engine;
        this.ledger = ledger;
        events = new EventBatches(engine.ingress(), "load");
        api = new ScalingApi(engine.admin(), "served");
    }

    static ServedEngine start(Lab lab, Setting setting, int many) throws IOException, InterruptedException {
        var ledger = lab.file("ledger-" + System.nanoTime());
        var manifest = String.format(
                Locale.ROOT,
                """
                apiVersion: sluice.dev/v1
                kind: Server
                spec: {grace: 200ms, node: bench}
                ---
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: served}
                spec:
                  handler: dev.sluice.load.handler.Served
                  config: {ledger: "%s", start: "%d", run: "%d", many: "%d", each: "%b"}
                  concurrency: %d
                  scaling: %s
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: served}
                spec: {topic: {name: load, order: none}, function: served}
                """,
                ledger,
                setting.startMillis(),
                setting.runMillis(),
                many,
                setting.each(),
                setting.concurrency(),
                setting.scaling());
        return new ServedEngine(ServerProcess.engine(lab, manifest, List.of("-Xmx1g")), ledger);
    }

    EventBatches events() {
        return events;
    }

    ScalingApi api() {
        return api;
    }

    /** Lines of the ledger that begin with the word, split at spaces. */
    List<String[]> told(String word) throws IOException {
        if (!Files.exists(ledger)) {
            return List.of();
        }
        try (var lines = Files.lines(ledger)) {
            return lines.map(line -> line.split(" "))
                    .filter(parts -> parts.length == 3 && parts[0].equals(word))
                    .toList();
        }
    }

    /** The events that have begun, in the order in which they did. */
    List<Begun> begun() throws IOException {
        var begun = new ArrayList<Begun>();
        for (var parts : told("event")) {
            begun.add(
                    new Begun(Long.parseLong(parts[1].substring(parts[1].indexOf('-') + 1)), Long.parseLong(parts[2])));
        }
        return begun;
    }

    void stop() throws IOException, InterruptedException {
        engine.mustRun();
        engine.stop();
    }
}

package dev.sluice.load;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The manifest of an engine that reads topics of Kafka: a function and a trigger per dial, each a group of its own. */
final class EngineManifest {
    private final StringBuilder text;
    private int functions;

    /** An engine on this Kafka, whose consumers poll so many records at most. */
    EngineManifest(String bootstrap, int pollRecordsMax) {
        text = new StringBuilder(String.format(Locale.ROOT, """
                apiVersion: sluice.dev/v1
                kind: Server
                metadata: {name: server}
                spec: {grace: 200ms}
                ---
                apiVersion: sluice.dev/v1
                kind: Broker
                metadata: {name: default}
                spec:
                  kafka:
                    bootstrap-servers: "%s"
                    properties: {"consumer.max.poll.records": "%d"}
                """, bootstrap, pollRecordsMax));
    }

    /**
     * How a topic is read.
     *
     * @param topic its name
     * @param order {@code key} or {@code none}
     * @param handler a class of the package {@code handler}
     * @param concurrency events at once
     * @param config of the handler, beside its dial
     */
    record Reader(String topic, String order, String handler, int concurrency, Map<String, String> config) {}

    /** Makes a topic one that can be published to, though nobody reads it: a trigger on an empty one names it. */
    EngineManifest publishable(String topic, String empty) {
        text.append(String.format(Locale.ROOT, """
                ---
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: nothing}
                spec: {handler: dev.sluice.load.handler.Nothing}
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: names-it}
                spec:
                  topic: {name: %s}
                  function: nothing
                  answers: {topic: %s}
                """, empty, topic));
        return this;
    }

    /** Adds the reader once for every dial, each time as a group that is new. */
    EngineManifest add(Reader reader, String group, List<Path> dials) {
        for (var dial : dials) {
            var config = new TreeMap<>(reader.config());
            config.put("dial", dial.toString());
            var entries = new StringBuilder();
            config.forEach((key, value) -> entries.append(key + ": \"" + value + "\", "));
            text.append(String.format(
                    Locale.ROOT,
                    """
                    ---
                    apiVersion: sluice.dev/v1
                    kind: Function
                    metadata: {name: f%1$d}
                    spec:
                      handler: dev.sluice.load.handler.%2$s
                      config: {%3$s}
                      concurrency: %4$d
                      scaling: {policy: fixed, max: 1}
                      timeout: PT12H
                      batch: {size: 500, within: 10ms}
                    ---
                    apiVersion: sluice.dev/v1
                    kind: Trigger
                    metadata: {name: t%1$d}
                    spec:
                      topic: {name: %5$s, group: %6$s-%1$d, start: earliest, order: %7$s}
                      function: f%1$d
                      delivery: {timeout: PT12H}
                    """,
                    functions++,
                    reader.handler(),
                    entries.substring(0, entries.length() - 2),
                    reader.concurrency(),
                    reader.topic(),
                    group,
                    reader.order()));
        }
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}

package dev.sluice.server.manifest;

import dev.sluice.trigger.schedule.CronExpression;
import dev.sluice.trigger.schedule.EventForm;
import dev.sluice.trigger.schedule.Missed;
import dev.sluice.trigger.schedule.Schedule;
import dev.sluice.trigger.schedule.Timing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code kind: PingSource} of {@code sources.knative.dev/v1}. Its events have Knative's type and source; its sink is
 * a Broker of these files, whose topic has the broker's name, or a topic as {@code uri: /topics/orders}. What can't be
 * done here is refused by name.
 */
final class PingSourceReader {
    private static final String TYPE = "dev.knative.sources.ping";
    private static final String EVERY_MINUTE = "* * * * *";
    private static final Pattern TOPIC_PATH = Pattern.compile("(?:https?://[^/]+)?/topics/([A-Za-z0-9._-]{1,249})");
    private static final Pattern EXTENSION = Pattern.compile("[a-z0-9]{1,64}");

    private final TopicReader topics;
    private final Function<String, Optional<TopicRef>> brokers;

    /** @param brokers the topics of Knative's Brokers, by name */
    PingSourceReader(TopicReader topics, Function<String, Optional<TopicRef>> brokers) {
        this.topics = topics;
        this.brokers = brokers;
    }

    @Nullable
    ScheduleManifest read(ManifestReader.Document document) {
        var metadata = document.metadata();
        if (metadata == null) {
            return null;
        }
        var namespace = metadata.text("namespace").orElse("default");
        var spec = Objects.requireNonNull(document.spec());
        var name = document.name();
        var zone = ScheduleReader.zone(spec, "timezone");
        var cron = spec.has("schedule") ? spec.text("schedule").orElse("") : EVERY_MINUTE;
        var timing = spec.has("schedule") ? ScheduleReader.cron(spec, "schedule", zone) : null;
        if (!spec.has("schedule")) {
            timing = Timing.cron(CronExpression.parse(EVERY_MINUTE), zone);
        }
        var form = new EventForm(
                TYPE,
                "/apis/v1/namespaces/" + namespace + "/pingsources/" + name,
                spec.text("contentType").orElse(null),
                data(spec),
                false,
                extensions(spec));
        var topic = sink(spec);
        spec.end();
        if (timing == null || topic == null) {
            return null;
        }
        // Knative's makes up for nothing.
        var schedule = new Schedule(
                "pingsource." + name,
                topic.name(),
                timing,
                cron + " " + zone,
                zone,
                Missed.SKIP,
                Duration.ZERO,
                Duration.ZERO,
                form);
        return new ScheduleManifest(document.place(), topic, schedule);
    }

    private static @Nullable String data(Section spec) {
        if (spec.has("data") && spec.has("dataBase64")) {
            spec.value("data");
            spec.value("dataBase64");
            spec.mistake("dataBase64", "is one too many: a PingSource has data or dataBase64");
            return null;
        }
        if (spec.has("dataBase64")) {
            return spec.parsed("dataBase64", "must be base64 of a text", PingSourceReader::decoded)
                    .orElse(null);
        }
        return spec.has("data") ? spec.text("data").orElse(null) : null;
    }

    private static Optional<String> decoded(String base64) {
        try {
            var bytes = Base64.getDecoder().decode(base64);
            var text = new String(bytes, StandardCharsets.UTF_8);
            return Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes) ? Optional.of(text) : Optional.empty();
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    /** The extensions of {@code ceOverrides}. */
    static Map<String, String> extensions(Section spec) {
        var overrides = spec.section("ceOverrides");
        if (overrides == null) {
            return Map.of();
        }
        var extensions = new LinkedHashMap<String, String>();
        overrides.texts("extensions").forEach((key, value) -> {
            if (EXTENSION.matcher(key).matches()) {
                extensions.put(key, value);
            } else {
                overrides.mistake("extensions", "has '" + key + "': an extension's name is a-z and 0-9 only");
            }
        });
        overrides.end();
        return extensions;
    }

    /** The topic that the sink is. */
    @Nullable
    TopicRef sink(Section spec) {
        var sink = spec.requiredSection("sink", "a map with a ref to a Broker, or with uri: /topics/NAME");
        if (sink == null) {
            return null;
        }
        var topic = sink.has("uri") ? ofUri(sink) : ofRef(sink);
        if (sink.has("CACerts") || sink.has("audience")) {
            sink.notYet("CACerts", "audience");
        }
        sink.end();
        return topic;
    }

    private @Nullable TopicRef ofUri(Section sink) {
        if (sink.has("ref")) {
            sink.value("ref");
            sink.mistake("uri", "can't be added to a ref here: write one of them");
        }
        return sink.parsed("uri", "must be the path of a topic of this engine, such as /topics/orders", uri -> {
                    var path = TOPIC_PATH.matcher(uri);
                    return path.matches() ? Optional.of(path.group(1)) : Optional.empty();
                })
                .map(name -> new TopicRef(topics.standardBroker(sink, "uri"), name))
                .orElse(null);
    }

    private @Nullable TopicRef ofRef(Section sink) {
        var ref = sink.requiredSection("ref", "a map with kind: Broker and name");
        if (ref == null) {
            return null;
        }
        ref.text("apiVersion");
        ref.text("namespace");
        var kind = ref.required("kind", "Broker");
        var name =
                ref.matching("name", TopicReader.TOPIC, TopicReader.TOPIC_RULE).orElse(null);
        if (!kind.isEmpty() && !kind.equals("Broker")) {
            ref.mistake("kind", "must be Broker: a " + kind + " is nothing that this engine can send to");
        }
        ref.end();
        return name == null
                ? null
                : brokers.apply(name).orElseGet(() -> new TopicRef(topics.standardBroker(sink, "ref"), name));
    }
}

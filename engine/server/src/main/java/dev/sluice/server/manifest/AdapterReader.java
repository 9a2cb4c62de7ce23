package dev.sluice.server.manifest;

import dev.sluice.cloudevents.mappings.EventMapping;
import dev.sluice.server.manifest.TriggerManifest.Adapter;
import dev.sluice.server.manifest.TriggerManifest.Mode;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code http.adapter}: a name, or a map of one name to its settings. No mistake repeats a secret. */
final class AdapterReader {
    private static final String KEY = "adapter";
    /** Default values and the like, which would be taken for the secret as they stand. */
    private static final Pattern OTHER_SYNTAX = Pattern.compile("(?<!\\$)\\$\\{[^}]*:");

    private final Variables variables;

    AdapterReader(Variables variables) {
        this.variables = variables;
    }

    @Nullable
    Adapter read(Section http, Mode mode) {
        var adapter = http.value(KEY) instanceof Value.Fields ? configured(http) : named(http);
        if (adapter == null) {
            return null;
        }
        if (adapter.name().equals(EventMapping.S3) && mode == Mode.REPLY) {
            http.mistakeWithoutValue(
                    KEY, "s3 may make several events of a request, and a reply answers one: write mode: accept");
        }
        if (adapter.name().equals(EventMapping.GITHUB) && adapter.secret() == null) {
            http.warningWithoutValue(
                    KEY,
                    "checks no signature, so whoever reaches the path can send events: write"
                            + " {github: {secret: \"${NAME}\"}} with the webhook's secret in the environment");
        }
        return adapter;
    }

    private static @Nullable Adapter named(Section http) {
        var name = http.text(KEY).orElse("");
        if (name.isEmpty() || !EventMapping.names().contains(name)) {
            if (!name.isEmpty()) {
                http.mistake(KEY, rule(name));
            }
            return null;
        }
        return new Adapter(name, null);
    }

    private @Nullable Adapter configured(Section http) {
        var adapters = http.section(KEY);
        if (adapters == null || adapters.keys().size() != 1) {
            http.mistakeWithoutValue(KEY, "must name one adapter, such as {github: {secret: \"${NAME}\"}}");
            return null;
        }
        var name = adapters.keys().get(0);
        if (!EventMapping.names().contains(name)) {
            adapters.mistakeWithoutValue(name, rule(name));
            return null;
        }
        if (!(adapters.value(name) instanceof Value.Fields)) {
            // What stands there may be the secret itself.
            adapters.mistakeWithoutValue(name, "must be a map, such as {secret: \"${NAME}\"}, or {}");
            return null;
        }
        var settings = adapters.section(name);
        if (settings == null) {
            return null;
        }
        var secret = name.equals(EventMapping.GITHUB) ? secret(settings) : Optional.<Secret>empty();
        settings.end();
        return new Adapter(name, secret.orElse(null));
    }

    private static String rule(String name) {
        var names = new TreeSet<>(EventMapping.names());
        return "must be one of " + String.join(", ", names) + Nearest.hint(name, names);
    }

    private Optional<Secret> secret(Section settings) {
        return settings.text("secret").flatMap(text -> {
            var filled = variables.fill(text);
            filled.mistakes().forEach(rule -> settings.mistakeWithoutValue("secret", rule));
            if (OTHER_SYNTAX.matcher(text).find()) {
                settings.mistakeWithoutValue(
                        "secret", "has a variable with a colon, which is not filled in here: only ${NAME} is");
            }
            if (filled.mistakes().isEmpty() && filled.text().isBlank()) {
                settings.mistakeWithoutValue("secret", "must not be empty");
            }
            return Optional.of(new Secret(filled.text()));
        });
    }
}

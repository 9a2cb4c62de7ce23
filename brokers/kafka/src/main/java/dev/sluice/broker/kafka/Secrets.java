package dev.sluice.broker.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keeps what must not be seen out of texts: values of properties whose names tell that they are secret. */
final class Secrets {
    static final String MASK = "***";

    private static final List<String> TELLING =
            List.of("password", "secret", "jaas", "token", "key", "credential", "passphrase");
    private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|'((?:[^'\\\\]|\\\\.)*)'");
    /** Shown masked all the same, but needed in messages: which file could not be read, which class not be loaded. */
    private static final Pattern NO_SECRET_ITSELF = Pattern.compile("\\.(location|type|class|algorithm|serializer)$");
    /** A shorter secret is found in too many innocent words. */
    private static final int LENGTH_MIN = 4;

    private final List<String> values;

    private Secrets(List<String> values) {
        this.values = values;
    }

    static Secrets of(Map<String, String> properties) {
        var found = new ArrayList<String>();
        properties.forEach((name, value) -> {
            if (isSecret(name) && !NO_SECRET_ITSELF.matcher(name).find()) {
                found.add(value);
                for (var matcher = QUOTED.matcher(value); matcher.find(); ) {
                    var group = matcher.group(1);
                    found.add(group != null ? group : matcher.group(2));
                }
            }
        });
        found.removeIf(value -> value.length() < LENGTH_MIN);
        // The longest first, so that no secret is left over in half because another one is a part of it.
        found.sort(Comparator.comparingInt(String::length).reversed());
        return new Secrets(List.copyOf(found));
    }

    static boolean isSecret(String property) {
        var name = property.toLowerCase(Locale.ROOT);
        return TELLING.stream().anyMatch(name::contains);
    }

    /** The properties, by name, each secret replaced by {@link #MASK}. */
    static Map<String, String> masked(Map<String, String> properties) {
        var shown = new TreeMap<String, String>();
        properties.forEach((name, value) -> shown.put(name, isSecret(name) ? MASK : value));
        return shown;
    }

    /** The text without any of the secrets. */
    String scrub(@Nullable String text) {
        var clean = text == null ? "" : text;
        for (var value : values) {
            clean = clean.replace(value, MASK);
        }
        return clean;
    }

    /** The error, unless it or what caused it tells a secret. */
    @Nullable
    Throwable harmless(@Nullable Throwable error) {
        for (var cause = error; cause != null; cause = cause.getCause()) {
            var message = cause.getMessage();
            if (message != null && !scrub(message).equals(message)) {
                return null;
            }
        }
        return error;
    }
}

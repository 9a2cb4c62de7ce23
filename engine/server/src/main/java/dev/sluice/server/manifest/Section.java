package dev.sluice.server.manifest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A map of a manifest while it is read. Each value is asked for once, by its key and with its rule; what breaks the rule
 * is told as a mistake, and the default stands in so that reading goes on. {@link #end} tells the keys that no one
 * asked for.
 */
final class Section {
    private static final Pattern WHOLE = Pattern.compile("[+-]?\\d{1,18}");

    private final Mistakes mistakes;
    private final String path;
    private final Place place;
    private final Map<String, Value.Field> fields = new LinkedHashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();

    private Section(Value.Fields map, String path, Mistakes mistakes) {
        this.mistakes = mistakes;
        this.path = path;
        this.place = map.place();
        map.fields().forEach(field -> fields.put(field.key(), field));
    }

    /** The value as a map; null, and a mistake told, when it is none. */
    static @Nullable Section of(Value value, String path, Mistakes mistakes) {
        if (value instanceof Value.Fields map) {
            return new Section(map, path, mistakes);
        }
        mistakes.add(value.place(), path, value.shown(), "must be a map, not " + value.describe());
        return null;
    }

    Place place() {
        return place;
    }

    Mistakes mistakes() {
        return mistakes;
    }

    /** The path of one of its keys. */
    String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** All keys, in the order as written. */
    List<String> keys() {
        return List.copyOf(fields.keySet());
    }

    boolean has(String key) {
        return fields.containsKey(key);
    }

    /** The place of the key's value, or of the section when it is missing. */
    Place place(String key) {
        var field = fields.get(key);
        return field == null ? place : field.value().place();
    }

    /** The value as it stands; null when it is missing. */
    @Nullable
    Value value(String key) {
        asked.add(key);
        var field = fields.get(key);
        return field == null ? null : field.value();
    }

    /** Tells that what stands at the key breaks a rule. */
    void mistake(String key, String rule) {
        var field = fields.get(key);
        mistakes.add(place(key), path(key), field == null ? "" : field.value().shown(), rule);
    }

    /** As {@link #mistake}, of a value that may be secret. */
    void mistakeWithoutValue(String key, String rule) {
        mistakes.add(place(key), path(key), "", rule);
    }

    /** As {@link #warning}, of a value that may be secret. */
    void warningWithoutValue(String key, String text) {
        mistakes.warn(place(key), path(key), "", text);
    }

    void warning(String key, String text) {
        var field = fields.get(key);
        mistakes.warn(place(key), path(key), field == null ? "" : field.value().shown(), text);
    }

    void missing(String key, String rule) {
        mistakes.add(place, path(key), "", "is missing: " + rule);
    }

    /** Refuses keys that the format knows and this version does not act on: better than to ignore them. */
    void notYet(String... keys) {
        for (var key : keys) {
            asked.add(key);
            var field = fields.get(key);
            if (field != null) {
                mistakes.add(field.place(), path(key), "", "is not in this version");
            }
        }
    }

    Optional<String> text(String key) {
        var value = value(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof Value.Scalar scalar)) {
            mistake(key, "must be a single value, not " + value.describe());
            return Optional.empty();
        }
        if (scalar.absent() || scalar.text().isBlank()) {
            mistake(key, "must not be empty");
            return Optional.empty();
        }
        return Optional.of(scalar.text());
    }

    /** The text; empty, and a mistake told, when it is missing. */
    String required(String key, String rule) {
        if (!has(key)) {
            asked.add(key);
            missing(key, rule);
        }
        return text(key).orElse("");
    }

    Optional<String> matching(String key, Pattern pattern, String rule) {
        return text(key).filter(text -> {
            var fits = pattern.matcher(text).matches();
            if (!fits) {
                mistake(key, rule);
            }
            return fits;
        });
    }

    int whole(String key, int standard, int min, int max) {
        return (int) wholeLong(key, standard, min, max);
    }

    long wholeLong(String key, long standard, long min, long max) {
        var rule = "must be a whole number between " + min + " and " + max;
        return parsed(key, rule, text -> {
                    if (!WHOLE.matcher(text).matches()) {
                        return Optional.empty();
                    }
                    var number = Long.parseLong(text);
                    return number < min || number > max ? Optional.empty() : Optional.of(number);
                })
                .orElse(standard);
    }

    /** A number of bytes: plain, or with KiB, MiB or GiB. */
    long bytes(String key, long standard, long min) {
        var rule = "must be a number of bytes of at least " + min + ", such as 1048576 or 64MiB";
        return parsed(key, rule, text -> Bytes.parse(text).filter(count -> count >= min))
                .orElse(standard);
    }

    Duration duration(String key, Duration standard, Duration min, Duration max) {
        return duration(key, min, max).orElse(standard);
    }

    Optional<Duration> duration(String key, Duration min, Duration max) {
        var parsed = parsed(key, Durations.RULE, Durations::parse);
        if (parsed.isPresent()
                && (parsed.get().compareTo(min) < 0 || parsed.get().compareTo(max) > 0)) {
            mistake(key, "must be between " + Durations.text(min) + " and " + Durations.text(max));
            return Optional.empty();
        }
        return parsed;
    }

    /** True or false. */
    boolean flag(String key, boolean standard) {
        return parsed(key, "must be true or false", text -> switch (text) {
                    case "true" -> Optional.of(true);
                    case "false" -> Optional.of(false);
                    default -> Optional.empty();
                })
                .orElse(standard);
    }

    /** One of an enum's words, written in lower case with dashes. */
    <E extends Enum<E>> E word(String key, E standard) {
        var words = Arrays.stream(standard.getDeclaringClass().getEnumConstants())
                .collect(Collectors.toMap(Section::word, Function.identity(), (a, b) -> a, LinkedHashMap::new));
        var rule = "must be one of " + String.join(", ", words.keySet());
        return parsed(key, rule, text -> Optional.ofNullable(words.get(text))).orElse(standard);
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    <T> Optional<T> parsed(String key, String rule, Function<String, Optional<T>> parse) {
        return text(key).flatMap(text -> {
            var parsed = parse.apply(text);
            if (parsed.isEmpty()) {
                mistake(key, rule);
            }
            return parsed;
        });
    }

    /** The map at the key; null when it is missing or is none. */
    @Nullable
    Section section(String key) {
        var value = value(key);
        return value == null ? null : of(value, path(key), mistakes);
    }

    /** The map at the key; null, and a mistake told, when it is missing. */
    @Nullable
    Section requiredSection(String key, String rule) {
        if (!has(key)) {
            asked.add(key);
            missing(key, rule);
            return null;
        }
        return section(key);
    }

    /** The maps of the list at the key; empty when it is missing. */
    List<Section> sections(String key) {
        var found = new ArrayList<Section>();
        if (value(key) instanceof Value.Items items) {
            var index = 0;
            for (var item : items.values()) {
                var section = of(item, path(key) + "[" + index++ + "]", mistakes);
                if (section != null) {
                    found.add(section);
                }
            }
        }
        return found;
    }

    /** A map of single values, as written. */
    Map<String, String> texts(String key) {
        var texts = new LinkedHashMap<String, String>();
        var section = section(key);
        if (section != null) {
            for (var name : section.fields.keySet()) {
                var value = section.value(name);
                if (value instanceof Value.Scalar scalar) {
                    texts.put(name, scalar.absent() ? "" : scalar.text());
                } else {
                    section.mistake(name, "must be a single value");
                }
            }
        }
        return texts;
    }

    /** Tells the keys that no one asked for. */
    void end() {
        fields.values().stream()
                .filter(field -> !asked.contains(field.key()))
                .forEach(field -> mistakes.add(
                        field.place(), path(field.key()), "", "is not a known key" + Nearest.hint(field.key(), asked)));
    }
}

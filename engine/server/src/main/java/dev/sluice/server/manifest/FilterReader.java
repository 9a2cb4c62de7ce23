package dev.sluice.server.manifest;

import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.cloudevents.sql.Filters;
import dev.sluice.cloudevents.sql.InvalidFilterException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code filters}: the filter compiler knows the rules, this reader knows where in the file each piece stands. */
final class FilterReader {
    private static final Pattern PATTERN = Pattern.compile("[\\].](not\\.)*pattern\\.");

    private final Map<String, Place> places = new HashMap<>();
    private final Section spec;

    private FilterReader(Section spec) {
        this.spec = spec;
    }

    static EventFilter read(Section spec) {
        return new FilterReader(spec).compile();
    }

    /** The {@code attributes} of a filter as Knative had it first: a value each, or none for any. */
    static EventFilter attributes(Section filter) {
        return new FilterReader(filter).compileAttributes();
    }

    private EventFilter compileAttributes() {
        var texts = new LinkedHashMap<String, String>();
        var section = spec.section("attributes");
        if (section == null) {
            return EventFilter.PASS;
        }
        for (var name : section.keys()) {
            var value = section.value(name);
            if (value instanceof Value.Scalar scalar) {
                places.put("attributes." + name, scalar.place());
                texts.put(name, scalar.absent() ? "" : scalar.text());
            } else {
                section.mistake(name, "must be a single value");
            }
        }
        try {
            return Filters.attributes(texts);
        } catch (InvalidFilterException invalid) {
            return refused(invalid, "attributes");
        }
    }

    private EventFilter refused(InvalidFilterException invalid, String key) {
        for (var mistake : invalid.mistakes()) {
            spec.mistakes().add(place(mistake.path(), key), spec.path(mistake.path()), mistake.value(), mistake.rule());
        }
        return EventFilter.PASS;
    }

    private EventFilter compile() {
        var value = spec.value("filters");
        if (value == null || (value instanceof Value.Scalar scalar && scalar.absent())) {
            return EventFilter.PASS;
        }
        if (!(value instanceof Value.Items items)) {
            spec.mistake("filters", "must be a list, not " + value.describe());
            return EventFilter.PASS;
        }
        try {
            return Filters.compile(items(items, "filters"));
        } catch (InvalidFilterException invalid) {
            return refused(invalid, "filters");
        }
    }

    /** The place of the path, or of the nearest thing around it. */
    private Place place(String path, String key) {
        for (var end = path.length();
                end > 0;
                end = Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf('[', end - 1))) {
            var place = places.get(path.substring(0, end));
            if (place != null) {
                return place;
            }
        }
        return spec.place(key);
    }

    private @Nullable Object plain(Value value, String path) {
        places.put(path, value.place());
        if (value instanceof Value.Scalar scalar) {
            return scalar.absent() ? null : PATTERN.matcher(path).find() ? typed(scalar) : scalar.text();
        }
        if (value instanceof Value.Items items) {
            return items(items, path);
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (var field : ((Value.Fields) value).fields()) {
            map.put(field.key(), plain(field.value(), path + "." + field.key()));
        }
        return map;
    }

    /** What JSON would take it for: a pattern tells the number 3 from the text. */
    private static Object typed(Value.Scalar scalar) {
        if (scalar.kind() == Value.Kind.BOOLEAN) {
            return Boolean.valueOf(scalar.text());
        }
        if (scalar.kind() == Value.Kind.NUMBER) {
            try {
                return new BigDecimal(scalar.text());
            } catch (NumberFormatException notJson) {
                return scalar.text();
            }
        }
        return scalar.text();
    }

    private List<@Nullable Object> items(Value.Items items, String path) {
        List<@Nullable Object> list = new ArrayList<>();
        for (var item : items.values()) {
            list.add(plain(item, path + "[" + list.size() + "]"));
        }
        return list;
    }
}

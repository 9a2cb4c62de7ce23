package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What {@code get} can show. */
enum Resource {
    FUNCTIONS,
    TRIGGERS,
    BROKERS,
    TOPICS,
    SCHEDULES;

    /** As it stands in paths: plural. */
    String plural() {
        return name().toLowerCase(Locale.ROOT);
    }

    String singular() {
        return plural().substring(0, plural().length() - 1);
    }

    /** The name of an item. */
    String nameOf(JsonNode item) {
        return Column.string(item, item.has("name") ? "name" : singular());
    }

    /** Takes the plural, the singular and nothing else. */
    static final class Converter implements ITypeConverter<Resource> {
        @Override
        public Resource convert(String value) {
            var wanted = value.toLowerCase(Locale.ROOT);
            return Arrays.stream(values())
                    .filter(it -> it.plural().equals(wanted) || it.singular().equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + value + "' is none of functions, triggers, brokers, topics, schedules"));
        }
    }
}

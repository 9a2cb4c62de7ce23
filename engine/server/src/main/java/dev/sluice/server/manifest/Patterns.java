package dev.sluice.server.manifest;

import dev.sluice.trigger.object.FolderSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads which objects are meant: {@code suffix}, {@code include} and {@code exclude}. */
final class Patterns {
    private Patterns() {}

    /** What {@code include} or {@code suffix} say; none: all objects. */
    static List<String> included(Section section) {
        var include = at(section, "include");
        if (section.has("suffix") && section.has("include")) {
            section.mistake("suffix", "says what include says, which is there too: write it as a pattern there");
        }
        section.text("suffix").ifPresent(suffix -> {
            if (suffix.matches(".*[*?{}/].*")) {
                section.mistake("suffix", "must be plain text, such as .csv; include has patterns");
            } else {
                include.add("*" + suffix);
            }
        });
        return include;
    }

    /** One pattern, or a list of them. */
    static List<String> at(Section section, String key) {
        var value = section.value(key);
        var patterns = new ArrayList<String>();
        for (var each : values(value)) {
            var fault = each instanceof Value.Scalar ? FolderSpec.mistakeOf(each.shown()) : "must be a pattern";
            if (fault.isEmpty()) {
                patterns.add(each.shown());
            } else {
                section.mistakes().add(each.place(), section.path(key), each.shown(), fault);
            }
        }
        return patterns;
    }

    private static List<Value> values(@Nullable Value value) {
        if (value instanceof Value.Items items) {
            return items.values();
        }
        return value == null ? List.of() : List.of(value);
    }
}

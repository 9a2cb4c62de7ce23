package dev.sluice.cloudevents.mappings;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an attribute is put together: text, and in braces what is filled in. {@code {/a/b}} is a field of the payload,
 * {@code {@Name}} a header, {@code {/a|/b}} the first of both that is there; {@code {/a upto /}} ends before the last
 * slash of the field, {@code {/a without s3:}} leaves out what it begins with. What stands in {@code [ ]} is left out
 * when a field in it is missing. Immutable.
 */
final class Template {
    private final List<Part> parts;

    private Template(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    private interface Part {
        /** Adds its text, or adds nothing and gives the field that is missing. */
        @Nullable
        String append(StringBuilder out, Fields from);
    }

    /** @param tree takes the fields that the template asks for */
    static Template parse(String text, FieldTree tree) {
        var parts = new ArrayList<Part>();
        var at = 0;
        while (at < text.length()) {
            var first = text.charAt(at);
            var end =
                    first == '{' ? text.indexOf('}', at) : first == '[' ? text.indexOf(']', at) : literalEnd(text, at);
            if (end < 0) {
                throw new IllegalArgumentException("'" + text + "' has no end of its '" + first + "'");
            }
            if (first == '{') {
                parts.add(new Choice(text.substring(at + 1, end), tree));
                end++;
            } else if (first == '[') {
                parts.add(new Option(parse(text.substring(at + 1, end), tree)));
                end++;
            } else {
                parts.add(new Literal(text.substring(at, end)));
            }
            at = end;
        }
        return new Template(parts);
    }

    private static int literalEnd(String text, int from) {
        var at = from;
        while (at < text.length() && text.charAt(at) != '{' && text.charAt(at) != '[') {
            at++;
        }
        return at;
    }

    /** The text; null when a field is missing. */
    @Nullable
    String fill(Fields from) {
        var out = new StringBuilder();
        return append(out, from) == null ? out.toString() : null;
    }

    /** The first field that is missing; null when none is. */
    @Nullable
    String missing(Fields from) {
        return append(new StringBuilder(), from);
    }

    private @Nullable String append(StringBuilder out, Fields from) {
        for (var part : parts) {
            var missing = part.append(out, from);
            if (missing != null) {
                return missing;
            }
        }
        return null;
    }

    private record Literal(String text) implements Part {
        @Override
        public @Nullable String append(StringBuilder out, Fields from) {
            out.append(text);
            return null;
        }
    }

    private record Option(Template inside) implements Part {
        @Override
        public @Nullable String append(StringBuilder out, Fields from) {
            var text = inside.fill(from);
            if (text != null) {
                out.append(text);
            }
            return null;
        }
    }

    private static final class Choice implements Part {
        private final List<Reference> references = new ArrayList<>();

        Choice(String text, FieldTree tree) {
            for (var one : text.split("\\|", -1)) {
                references.add(Reference.parse(one, tree));
            }
        }

        @Override
        public @Nullable String append(StringBuilder out, Fields from) {
            for (var reference : references) {
                var text = reference.in(from);
                if (text != null) {
                    out.append(text);
                    return null;
                }
            }
            return references.get(0).name();
        }
    }
}

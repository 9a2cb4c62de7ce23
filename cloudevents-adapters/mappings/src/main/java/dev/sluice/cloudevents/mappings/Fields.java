package dev.sluice.cloudevents.mappings;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a template is filled from: the headers, and the fields of one payload or of one record of it. For one thread.
 */
final class Fields {
    private final Function<String, @Nullable String> headers;
    private final FieldTree tree;
    private final @Nullable String[] values;
    private final boolean[] seen;

    Fields(Function<String, @Nullable String> headers, FieldTree tree) {
        this.headers = headers;
        this.tree = tree;
        this.values = new @Nullable String[tree.size()];
        this.seen = new boolean[tree.size()];
    }

    /** Notes that a member is there. Of two with one name another reader may see the other one: neither is taken. */
    void once(FieldTree.Node node, String name) {
        if (seen[node.number()]) {
            throw RefusedPayloadException.malformed("the member \"" + name + "\" must not be given twice");
        }
        seen[node.number()] = true;
    }

    void set(FieldTree.Node node, String text) {
        values[node.number()] = text;
    }

    /** Whether these are the fields of this tree. */
    boolean isOf(FieldTree other) {
        return tree == other;
    }

    @Nullable
    String value(int number) {
        return values[number];
    }

    @Nullable
    String header(String name) {
        return headers.apply(name);
    }
}

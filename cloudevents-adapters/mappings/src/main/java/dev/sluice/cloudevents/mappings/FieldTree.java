package dev.sluice.cloudevents.mappings;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a payload that a table asks for, as a tree of names: reading goes down where a name is known, and
 * passes over the rest. Each node has a number, under which the value is kept. Grows while a table is read, and never
 * after.
 */
final class FieldTree {
    private final Node root = new Node(0);
    private int nodes = 1;

    /** A name on the way to a field, or the field itself. */
    static final class Node {
        private final Map<String, Node> children = new HashMap<>();
        private final int number;

        private Node(int number) {
            this.number = number;
        }

        /** What this name leads to; null when nobody asks for it. */
        @Nullable
        Node child(String name) {
            return children.get(name);
        }

        int number() {
            return number;
        }
    }

    /** The number of the field that a JSON pointer names; known from here on. */
    int add(String pointer) {
        if (!pointer.startsWith("/") || pointer.contains("~")) {
            throw new IllegalArgumentException("'" + pointer + "' is no plain JSON pointer");
        }
        var node = root;
        for (var name : pointer.substring(1).split("/", -1)) {
            node = node.children.computeIfAbsent(name, any -> new Node(nodes++));
        }
        return node.number();
    }

    Node root() {
        return root;
    }

    /** How many numbers there are. */
    int size() {
        return nodes;
    }
}

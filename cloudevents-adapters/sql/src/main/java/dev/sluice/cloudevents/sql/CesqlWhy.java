package dev.sluice.cloudevents.sql;

import io.cloudevents.CloudEvent;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells why an expression is not true for an event: the part that decided, and the attributes that it looked at. */
final class CesqlWhy {
    private static final int ATTRIBUTES_MAX = 8;

    private CesqlWhy() {}

    /** A clause; the expression must have a value for the event, and no error. */
    static String of(Node root, boolean value, CloudEvent event) {
        Node part = deciding(root, value, event);
        Set<String> names = new LinkedHashSet<>();
        collect(part, names);
        String seen = names.stream()
                .limit(ATTRIBUTES_MAX)
                .map(name -> AttributeFilter.seen(event, name))
                .collect(Collectors.joining(", "));
        String where = part == root ? "it is " + value : "it is " + value + " at character " + part.position();
        return seen.isEmpty() ? where : where + ": " + seen;
    }

    /** What makes AND false, and OR true, is one of its sides. */
    private static Node deciding(Node node, boolean value, CloudEvent event) {
        Node part = node;
        while (part instanceof Operation.Logic logic && logic.operator() == (value ? Token.Kind.OR : Token.Kind.AND)) {
            Object left = logic.left().operand(CesqlType.BOOLEAN, new Evaluation(event, true));
            part = Boolean.valueOf(value).equals(left) ? logic.left() : logic.right();
        }
        return part;
    }

    private static void collect(Node node, Set<String> names) {
        if (node instanceof Node.Attribute attribute) {
            names.add(attribute.name());
        } else if (node instanceof Node.Exists exists) {
            names.add(exists.name());
        } else if (node instanceof Operation.Not not) {
            collect(not.operand(), names);
        } else if (node instanceof Operation.Minus minus) {
            collect(minus.operand(), names);
        } else if (node instanceof Operation.Logic logic) {
            both(logic.left(), logic.right(), names);
        } else if (node instanceof Operation.Equality equality) {
            both(equality.left(), equality.right(), names);
        } else if (node instanceof Operation.Order order) {
            both(order.left(), order.right(), names);
        } else if (node instanceof Operation.Arithmetic sum) {
            both(sum.left(), sum.right(), names);
        } else if (node instanceof Operation.Like like) {
            collect(like.operand(), names);
        } else if (node instanceof Operation.In in) {
            collect(in.operand(), names);
            in.elements().forEach(each -> collect(each, names));
        } else if (node instanceof Operation.Invocation call) {
            call.arguments().forEach(each -> collect(each, names));
        }
    }

    private static void both(Node left, Node right, Set<String> names) {
        collect(left, names);
        collect(right, names);
    }
}

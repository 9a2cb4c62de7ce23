package dev.sluice.cloudevents.sql;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an event must have to pass a filter: a type or a source that is a text, or begins with it.
 *
 * @param whole whether the attribute is the text
 */
record Requirement(String attribute, String text, boolean whole) {
    static final String TYPE = "type";
    static final String SOURCE = "source";
    /** Alternatives beyond these are cheaper asked than looked up. */
    private static final int ALTERNATIVES_MAX = 64;

    /** Alternatives, one of which an event must meet that passes the filter; null when none are known. */
    static @Nullable List<Requirement> of(EventFilter filter) {
        if (filter instanceof AttributeFilter comparison) {
            return of(comparison);
        }
        if (filter instanceof AllOf all) {
            return best(all.filters());
        }
        if (filter instanceof AnyOf any) {
            return together(any.filters());
        }
        return filter instanceof CesqlFilter expression
                ? of(expression.expression().root())
                : null;
    }

    private static @Nullable List<Requirement> of(AttributeFilter comparison) {
        boolean indexed =
                comparison.attribute().equals(TYPE) || comparison.attribute().equals(SOURCE);
        return !indexed
                ? null
                : switch (comparison.comparison()) {
                    case EXACT -> List.of(new Requirement(comparison.attribute(), comparison.expected(), true));
                    case PREFIX -> List.of(new Requirement(comparison.attribute(), comparison.expected(), false));
                    case SUFFIX, PRESENT -> null;
                };
    }

    /** Any of those that must all pass will do: the one that lets the fewest events through, as far as can be told. */
    private static @Nullable List<Requirement> best(List<EventFilter> filters) {
        List<Requirement> best = null;
        for (EventFilter filter : filters) {
            best = better(best, of(filter));
        }
        return best;
    }

    private static @Nullable List<Requirement> better(
            @Nullable List<Requirement> one, @Nullable List<Requirement> other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return other.stream().allMatch(Requirement::whole) && !one.stream().allMatch(Requirement::whole) ? other : one;
    }

    private static @Nullable List<Requirement> together(List<EventFilter> filters) {
        List<Requirement> together = new ArrayList<>();
        for (EventFilter filter : filters) {
            List<Requirement> each = of(filter);
            if (each == null || together.size() + each.size() > ALTERNATIVES_MAX) {
                return null;
            }
            together.addAll(each);
        }
        return together;
    }

    /** Of an expression: an error is no match, so both sides of AND are required whatever the other one does. */
    private static @Nullable List<Requirement> of(Node node) {
        if (node instanceof Operation.Logic logic && logic.operator() == Token.Kind.AND) {
            return better(of(logic.left()), of(logic.right()));
        }
        if (node instanceof Operation.Equality equality
                && !equality.negated()
                && equality.left() instanceof Node.Attribute attribute
                && indexed(attribute)
                && equality.right() instanceof Node.Literal literal
                && literal.value() instanceof String text) {
            return List.of(new Requirement(attribute.name(), text, true));
        }
        if (node instanceof Operation.Like like
                && !like.negated()
                && like.operand() instanceof Node.Attribute attribute
                && indexed(attribute)
                && !like.pattern().prefix().isEmpty()) {
            return List.of(new Requirement(attribute.name(), like.pattern().prefix(), false));
        }
        return null;
    }

    private static boolean indexed(Node.Attribute attribute) {
        return attribute.name().equals(TYPE) || attribute.name().equals(SOURCE);
    }
}

package dev.sluice.cloudevents.sql;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.CesqlError.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A part of a parsed expression. Immutable, and evaluated by any thread.
 *
 * <p>An operation whose operand is missing, or can't be cast, gives the zero value of its own type and leaves an error
 * behind; so does every one around it when the evaluation is to fail fast.
 */
sealed interface Node permits Node.Literal, Node.Attribute, Node.Exists, Operation {
    /** Stands for the value of an attribute that the event does not have. */
    Object MISSING = new Object();

    /** The value; {@link #MISSING} from an attribute alone. */
    Object evaluate(Evaluation run);

    /** What it gives, as far as that is known without an event. */
    CesqlType type();

    int position();

    /** The value as the type; null when the operation around it can have no proper value. */
    default @Nullable Object operand(CesqlType type, Evaluation run) {
        if (!run.step(position())) {
            return null;
        }
        Object value = evaluate(run);
        return value == MISSING || run.isOver() ? null : Casts.cast(value, type, run, position());
    }

    record Literal(int position, Object value) implements Node {
        @Override
        public Object evaluate(Evaluation run) {
            return value;
        }

        @Override
        public CesqlType type() {
            return CesqlType.of(value);
        }
    }

    /** An attribute's canonical string; an extension that the event carries as a number or a truth value is one. */
    record Attribute(int position, String name, boolean context, CesqlError missing) implements Node {
        static Attribute of(int position, String name) {
            return new Attribute(
                    position,
                    name,
                    Attributes.isContext(name),
                    new CesqlError(Kind.MISSING_ATTRIBUTE, position, "the event has no " + name));
        }

        @Override
        public Object evaluate(Evaluation run) {
            Object value = Attributes.value(run.event(), name, context);
            if (value == null) {
                run.fail(missing);
                return MISSING;
            }
            return value;
        }

        @Override
        public CesqlType type() {
            return context ? CesqlType.STRING : CesqlType.ANY;
        }
    }

    record Exists(int position, String name) implements Node {
        @Override
        public Object evaluate(Evaluation run) {
            return WireEvent.textOf(run.event(), name) != null;
        }

        @Override
        public CesqlType type() {
            return CesqlType.BOOLEAN;
        }
    }
}

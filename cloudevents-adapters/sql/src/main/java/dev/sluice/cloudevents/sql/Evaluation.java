package dev.sluice.cloudevents.sql;

import dev.sluice.cloudevents.Escaped;
import dev.sluice.cloudevents.sql.CesqlError.Kind;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One evaluation of an expression for one event: its budget and its errors. Every part of an expression takes a step,
 * and so does every 16 characters that are read, compared or written; when the steps are used up the evaluation ends.
 */
final class Evaluation {
    static final int STEPS_MAX = 100_000;
    private static final int CHARS_PER_STEP = 16;

    private final CloudEvent event;
    private final boolean failFast;
    private int steps;
    private boolean over;
    private @Nullable CesqlError first;
    private @Nullable List<CesqlError> errors;

    Evaluation(CloudEvent event, boolean failFast) {
        this.event = event;
        this.failFast = failFast;
    }

    CloudEvent event() {
        return event;
    }

    /** Whether nothing more is to be evaluated: after the first error when it is to fail fast, or without budget. */
    boolean isOver() {
        return over;
    }

    int steps() {
        return steps;
    }

    @Nullable
    CesqlError firstError() {
        return first;
    }

    List<CesqlError> errors() {
        return errors != null ? errors : first != null ? List.of(first) : List.of();
    }

    /** Takes one step; false when there is none left. */
    boolean step(int position) {
        return spend(1, position);
    }

    /** Takes the steps for so many characters, before they are touched; false when there are not enough left. */
    boolean chars(long count, int position) {
        return count < CHARS_PER_STEP || spend(count / CHARS_PER_STEP, position);
    }

    private boolean spend(long wanted, int position) {
        if (over) {
            return false;
        }
        if (wanted > STEPS_MAX - steps) {
            fail(new CesqlError(Kind.GENERIC, position, "the budget of " + STEPS_MAX + " steps is used up"));
            over = true;
            return false;
        }
        steps += (int) wanted;
        return true;
    }

    void fail(CesqlError error) {
        if (first == null) {
            first = error;
        } else {
            if (errors == null) {
                errors = new ArrayList<>();
                errors.add(first);
            }
            errors.add(error);
        }
        over |= failFast;
    }

    void functionFailed(int position, String message) {
        fail(new CesqlError(Kind.FUNCTION_EVALUATION, position, Escaped.of(message, 256)));
    }

    void castFailed(int position, Object value, CesqlType type) {
        String shown = Escaped.of(value.toString(), 64);
        fail(new CesqlError(Kind.CAST, position, "\"" + shown + "\" is no " + type.word()));
    }
}

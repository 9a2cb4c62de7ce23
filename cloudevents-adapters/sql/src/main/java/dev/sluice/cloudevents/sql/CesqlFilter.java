package dev.sluice.cloudevents.sql;

import dev.sluice.cloudevents.Escaped;
import io.cloudevents.CloudEvent;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Passes the events for which an expression is true. An error is no match; it is counted, and the last one kept. */
final class CesqlFilter implements EventFilter {
    private final Cesql expression;
    private final LongAdder errors = new LongAdder();
    private volatile @Nullable CesqlError last;

    CesqlFilter(Cesql expression) {
        this.expression = expression;
    }

    @Override
    public boolean test(CloudEvent event) {
        Evaluation run = new Evaluation(event, true);
        Object value = expression.value(run);
        CesqlError error = run.firstError();
        if (error == null && value instanceof Boolean passes) {
            return passes;
        }
        last = error != null ? error : notBoolean(value);
        errors.increment();
        return false;
    }

    @Override
    public FilterVerdict explain(CloudEvent event) {
        Evaluation run = new Evaluation(event, true);
        Object value = expression.value(run);
        CesqlError error = run.firstError();
        if (error == null && value instanceof Boolean passes) {
            return new FilterVerdict(passes, describe(), CesqlWhy.of(expression.root(), passes, event), false);
        }
        CesqlError why = error != null ? error : notBoolean(value);
        return new FilterVerdict(false, describe(), why.toString(), true);
    }

    /** An extension alone may turn out to be of any type. */
    private CesqlError notBoolean(Object value) {
        String type = CesqlType.of(value).word();
        return new CesqlError(
                CesqlError.Kind.CAST, expression.root().position(), "a Boolean is needed and this is of type " + type);
    }

    Cesql expression() {
        return expression;
    }

    @Override
    public long errors() {
        return errors.sum();
    }

    @Override
    public @Nullable String lastError() {
        CesqlError error = last;
        return error == null ? null : "CESQL \"" + Escaped.of(expression.toString(), 64) + "\", " + error;
    }

    @Override
    public String describe() {
        return "CESQL \"" + Escaped.of(expression.toString(), 256) + '"';
    }

    @Override
    public String toString() {
        return describe();
    }
}

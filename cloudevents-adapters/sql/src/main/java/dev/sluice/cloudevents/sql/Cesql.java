package dev.sluice.cloudevents.sql;

import io.cloudevents.CloudEvent;
import java.util.List;

/**
 * An expression of the CloudEvents SQL Expression Language 1.0, parsed once and evaluated for any event by any thread.
 *
 * <p>A text has at most 4 KiB, nests at most 64 deep and has at most 1,000 parts. An evaluation ends within 100,000
 * steps, of which each part takes one, and each 16 characters that are handled; LIKE takes time in proportion to the
 * text, whatever the pattern. Attributes are strings, but for extensions that the event carries as Integer or Boolean.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/main/cesql/spec.md">CloudEvents SQL Expression Language</a>
 */
public final class Cesql {
    private final String text;
    private final Parser.Parsed parsed;

    private Cesql(String text, Parser.Parsed parsed) {
        this.text = text;
        this.parsed = parsed;
    }

    /**
     * Parses an expression that uses the specification's functions alone.
     *
     * @throws InvalidCesqlException when the text is no expression, or passes a limit
     */
    public static Cesql parse(String text) {
        return parse(text, CesqlFunctions.STANDARD);
    }

    /**
     * Parses an expression. A function that is not among those given is no mistake here: evaluating it is an error.
     *
     * @throws InvalidCesqlException when the text is no expression, or passes a limit
     */
    public static Cesql parse(String text, CesqlFunctions functions) {
        return new Cesql(text, Parser.parse(text, functions));
    }

    /**
     * Evaluates to the end: all errors, and the value that the operations around them made of their zero values. Only a
     * budget that is used up ends it early.
     */
    public CesqlResult evaluate(CloudEvent event) {
        return evaluate(new Evaluation(event, false));
    }

    /**
     * Evaluates up to the first error, if there is one. The value is then the zero value of the whole expression's type
     * ({@code ""}, 0 or false), or what the operator or function that failed gives with its error when it is the whole expression.
     */
    public CesqlResult evaluateFailFast(CloudEvent event) {
        return evaluate(new Evaluation(event, true));
    }

    private CesqlResult evaluate(Evaluation run) {
        Object value = value(run);
        return new CesqlResult(value, run.errors());
    }

    Object value(Evaluation run) {
        Object value = run.step(1) ? parsed.root().evaluate(run) : false;
        return value == Node.MISSING ? false : value;
    }

    /** The functions in it that there are not. */
    List<CesqlError> unknownFunctions() {
        return parsed.unknownFunctions();
    }

    Node root() {
        return parsed.root();
    }

    /** The text, as it was parsed. */
    @Override
    public String toString() {
        return text;
    }
}

package dev.sluice.cloudevents.sql;

import dev.sluice.cloudevents.Escaped;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;

/** Compares one attribute's canonical string with a fixed one, by case and without parsing it. A missing one fails. */
record AttributeFilter(Comparison comparison, String attribute, String expected) implements EventFilter {
    private static final int SHOWN_MAX = 128;

    enum Comparison {
        EXACT("is"),
        PREFIX("starts with"),
        SUFFIX("ends with"),
        PRESENT("is present");

        private final String words;

        Comparison(String words) {
            this.words = words;
        }

        private boolean holds(String actual, String expected) {
            return switch (this) {
                case EXACT -> actual.equals(expected);
                case PREFIX -> actual.startsWith(expected);
                case SUFFIX -> actual.endsWith(expected);
                case PRESENT -> true;
            };
        }
    }

    @Override
    public boolean test(CloudEvent event) {
        String actual = text(event);
        return actual != null && comparison.holds(actual, expected);
    }

    @Override
    public FilterVerdict explain(CloudEvent event) {
        return new FilterVerdict(test(event), describe(), seen(event, attribute), false);
    }

    /** What an event has of an attribute, as a clause. */
    static String seen(CloudEvent event, String attribute) {
        String actual = WireEvent.textOf(event, attribute);
        return actual == null
                ? "the event has no " + attribute
                : attribute + " is \"" + Escaped.of(actual, SHOWN_MAX) + '"';
    }

    private @Nullable String text(CloudEvent event) {
        return WireEvent.textOf(event, attribute);
    }

    @Override
    public String describe() {
        String subject = attribute + ' ' + comparison.words;
        return comparison == Comparison.PRESENT ? subject : subject + " \"" + Escaped.of(expected, 64) + '"';
    }

    @Override
    public String toString() {
        return describe();
    }
}

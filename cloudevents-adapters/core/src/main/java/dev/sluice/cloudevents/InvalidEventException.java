package dev.sluice.cloudevents;

import org.jspecify.annotations.Nullable;

/**
 * Says that something is no valid CloudEvent: which attribute, its value, and the rule that it breaks.
 * Expected with foreign input, so it carries no stack trace; its message is safe to log and to answer with.
 */
public final class InvalidEventException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN_CHARS = 64;

    private final String attribute;
    private final String rule;
    private final boolean tooLarge;
    private final int index;

    /**
     * @param attribute the attribute's name; {@code data} for the payload, {@code event} for the event as a whole
     * @param value the offending value, shown escaped and cut to 64 characters; null when there is none to show
     * @param rule what is required, continuing a sentence that starts with the attribute: "must not be empty"
     */
    public InvalidEventException(String attribute, @Nullable CharSequence value, String rule) {
        this(attribute, rule, sentence(attribute, value, rule), false, -1);
    }

    private InvalidEventException(String attribute, String rule, String message, boolean tooLarge, int index) {
        super(message);
        this.attribute = attribute;
        this.rule = rule;
        this.tooLarge = tooLarge;
        this.index = index;
    }

    /**
     * The refusal of an event or batch that is larger than the limits allow; HTTP answers it with 413, not with 400.
     */
    public static InvalidEventException tooLarge(String what, String rule) {
        return new InvalidEventException(what, rule, sentence(what, null, rule), true, -1);
    }

    /** The same mistake, found in the event at this index of a batch, counted from 0. */
    public InvalidEventException at(int eventIndex) {
        return new InvalidEventException(
                attribute, rule, "event " + eventIndex + ": " + getMessage(), tooLarge, eventIndex);
    }

    /**
     * The name of the attribute at fault, {@code data}, or {@code event} for the event as a whole; escaped, at most 64
     * characters.
     */
    public String attribute() {
        return Escaped.of(attribute, SHOWN_CHARS);
    }

    /** The rule that is broken, for example "must not be empty". */
    public String rule() {
        return rule;
    }

    /** Whether the event is refused for its size alone. */
    public boolean isTooLarge() {
        return tooLarge;
    }

    /** The index of the event in its batch, counted from 0; -1 when it was no batch. */
    public int index() {
        return index;
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // does nothing, so there is nothing to guard
    public Throwable fillInStackTrace() {
        return this;
    }

    private static String sentence(String attribute, @Nullable CharSequence value, String rule) {
        String shown = value == null ? "" : " \"" + Escaped.of(value, SHOWN_CHARS) + '"';
        return Escaped.of(attribute, SHOWN_CHARS) + shown + ' ' + rule;
    }
}

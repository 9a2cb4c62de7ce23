package dev.sluice.engine.journal;

/** What happened to an event; the text that each stage's {@link JournalEntry#text} holds is said here. */
public enum Stage {
    /** Stored on a topic by one of this node's ways in. */
    STORED,
    /** Came to a trigger; the text is its key, {@link JournalEntry#other} the event that caused it. */
    RECEIVED,
    /** The trigger's filter does not want it; the text is the filter's verdict. */
    FILTERED,
    /** The trigger's filter could not judge it, which is no match; the text is the filter's verdict. */
    FILTER_ERROR,
    /** One like it was done before; it is not run. The text is what makes two events alike, and for how long. */
    DEDUPLICATED,
    /** Is the dead letter of a loop and came to a trigger again; taken off without a run. */
    LOOPED,
    /** Waits for those before it; the text is what they have in common, {@link JournalEntry#other} the first of them. */
    BLOCKED,
    /** Waits until an event like it is done; the text is what makes two alike, {@link JournalEntry#other} that event. */
    BEHIND_LIKE,
    /** Is in the hands of a stream, for the {@link JournalEntry#attempt}th time. */
    HANDED,
    /** Its stream accepted it, {@link JournalEntry#nanos} after it got it. */
    TAKEN,
    /** Its stream handed it back, and gets it again after {@link JournalEntry#nanos}. */
    HANDED_BACK,
    /** A try ended well. */
    ENDED,
    /** A try failed; the text is the error. */
    FAILED,
    /** A try ran past its deadline. */
    TIMED_OUT,
    /** A try was taken back and does not count; the text is why. */
    TAKEN_BACK,
    /** Waits for its next try, for {@link JournalEntry#nanos}. */
    RETRY,
    /** An answer was stored: {@link JournalEntry#other} is its id. */
    ANSWERED,
    /** Is to be a dead letter; the text is the reason, as {@code dlreason} names it, and the error. */
    GIVEN_UP,
    /** Its dead letter was stored. */
    DEAD_LETTERED,
    /** Its dead letter could not be stored, and is tried again; its key waits. The text is the error. */
    PARKED,
    /** Its dead letter could not be stored, and it was dropped as its trigger says; the text is the error. */
    DROPPED,
    /** Taken off its source. */
    ACCEPTED,
    /** Its source could not confirm that it is taken off, and is asked again; the text is the error. */
    ACCEPT_FAILED,
    /** Given back to its source; the text is why. */
    RELEASED,
    /** The caller went away while the call ran, which is cancelled. */
    CALLER_GONE,
    /** A call that was not run; the text is what its caller was told. */
    REFUSED;

    /** Whether it is kept of every event, sampled or not. */
    public boolean alwaysKept() {
        return switch (this) {
            case FILTER_ERROR, FAILED, TIMED_OUT, GIVEN_UP, DEAD_LETTERED, PARKED, DROPPED, ACCEPT_FAILED -> true;
            default -> false;
        };
    }
}

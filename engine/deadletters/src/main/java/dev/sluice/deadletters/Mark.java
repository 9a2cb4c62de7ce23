package dev.sluice.deadletters;

/** What became of a dead letter. */
public enum Mark {
    /** Nothing yet. */
    OPEN,
    /** It is on its way again. */
    REDRIVEN,
    /** Someone decided that it is not needed. */
    DISCARDED
}

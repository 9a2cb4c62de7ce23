package dev.sluice.cloudevents.http;

/** How an HTTP message carries events. */
public enum Mode {
    /** One event: attributes as {@code ce-} headers, data as the body. */
    BINARY,
    /** One event: all of it in the body, in a format such as JSON. */
    STRUCTURED,
    /** Zero or more events in the body. */
    BATCH,
    /** No event: what it means is the receiver's to decide. */
    PLAIN
}

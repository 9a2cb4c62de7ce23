package dev.sluice.cloudevents.kafka;

/** How an event is written into a record; both are always read. */
public enum ContentMode {
    /** Attributes in headers, data as the record's value: what readers without CloudEvents can use as well. */
    BINARY,
    /** All of the event as JSON in the record's value, so that extensions keep their types. */
    STRUCTURED
}

package dev.sluice.broker;

/** Which events of a topic run one after another. */
public enum Ordering {
    /** Events of one key; events without a key are free. */
    KEY,
    /** All events of a partition. */
    PARTITION,
    /** None. */
    NONE
}

package dev.sluice.broker;

/** Where a group that has no position yet begins. */
public enum Start {
    /** With the oldest event that the topic still has. */
    EARLIEST,
    /** With the first event that comes after the group was created. */
    LATEST
}

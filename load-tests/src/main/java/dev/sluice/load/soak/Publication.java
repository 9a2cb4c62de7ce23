package dev.sluice.load.soak;

/**
 * A line of the ledger of what was acknowledged.
 *
 * @param event what was published
 * @param partition where it is stored; -1 when the acknowledgement does not tell
 * @param offset in the partition; -1 when the acknowledgement does not tell
 * @param atMillis wall clock
 */
record Publication(SoakEvent event, int partition, long offset, long atMillis) {
    String line() {
        return event.id() + " " + event.key() + " " + event.seq() + " " + partition + " " + offset + " " + atMillis;
    }
}

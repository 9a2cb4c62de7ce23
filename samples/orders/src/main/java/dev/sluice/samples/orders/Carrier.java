package dev.sluice.samples.orders;

import java.util.Locale;

/** Stands in for a carrier's client, which blocks its thread until the carrier answers. */
final class Carrier {
    private static final long ANSWER_MILLIS = 30;

    /**
     * Books parcels and returns the tracking number. The order's id is the booking's key: booking an order twice, as
     * happens when an event comes again after a crash, gives the same number and no second parcel.
     */
    String book(String order, int parcels) {
        try {
            Thread.sleep(ANSWER_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("booking of order " + order + " was interrupted", e);
        }
        return String.format(Locale.ROOT, "SL%08X-%d", order.hashCode(), parcels);
    }
}

package dev.sluice.samples.orders;

import java.util.function.Function;

/** Books the parcels of an invoice. Blocking: it runs on a worker thread, one invoice per call. */
public final class Ship implements Function<Invoice, Shipment> {
    private static final int PIECES_PER_PARCEL = 10;

    private final Carrier carrier = new Carrier();

    @Override
    public Shipment apply(Invoice invoice) {
        var parcels = (invoice.pieces() + PIECES_PER_PARCEL - 1) / PIECES_PER_PARCEL;
        return new Shipment(invoice.order(), invoice.customer(), parcels, carrier.book(invoice.order(), parcels));
    }
}

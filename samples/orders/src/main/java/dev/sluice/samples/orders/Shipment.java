package dev.sluice.samples.orders;

/**
 * A parcel on its way.
 *
 * @param order the order's id
 * @param customer who gets it
 * @param parcels how many boxes
 * @param tracking the carrier's number
 */
public record Shipment(String order, String customer, int parcels, String tracking) {}

/**
 * A shop's back office as functions: {@link dev.sluice.samples.orders.Price} turns orders into invoices, {@link
 * dev.sluice.samples.orders.Ship} books a parcel for each, {@link dev.sluice.samples.orders.Audit} looks at them in
 * batches, and {@link dev.sluice.samples.orders.Quote} answers who asks first. Wired in {@code sluice.yaml}.
 */
@NullMarked
package dev.sluice.samples.orders;

import org.jspecify.annotations.NullMarked;

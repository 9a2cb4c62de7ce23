package dev.sluice.samples.orders;

import java.math.BigDecimal;

/**
 * A priced order.
 *
 * @param order the order's id
 * @param customer who pays
 * @param pieces what is to be shipped
 * @param currency of all amounts
 * @param net without tax
 * @param vat the tax
 * @param total what the customer pays
 */
public record Invoice(
        String order, String customer, int pieces, String currency, BigDecimal net, BigDecimal vat, BigDecimal total) {}

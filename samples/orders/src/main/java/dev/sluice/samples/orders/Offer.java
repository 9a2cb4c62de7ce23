package dev.sluice.samples.orders;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * What an order would cost.
 *
 * @param total with tax
 * @param currency of the total
 * @param validUntil the offer's end
 */
public record Offer(BigDecimal total, String currency, Instant validUntil) {}

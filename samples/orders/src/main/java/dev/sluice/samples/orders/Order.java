package dev.sluice.samples.orders;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a customer ordered. Made from the event's JSON data; members that are absent there are null here, so that
 * {@link #mistakes} can name them all.
 *
 * @param id the shop's number of the order
 * @param customer who ordered
 * @param currency what the prices are in, ISO 4217; absent: the price list's own
 * @param lines what was ordered
 */
public record Order(
        @Nullable String id,
        @Nullable String customer,
        @Nullable String currency,
        @Nullable List<Line> lines) {
    /**
     * One article of an order.
     *
     * @param sku the article
     * @param quantity pieces, at least 1
     * @param price of one piece
     */
    public record Line(String sku, int quantity, @Nullable BigDecimal price) {
        BigDecimal total() {
            return price == null ? BigDecimal.ZERO : price.multiply(BigDecimal.valueOf(quantity));
        }
    }

    /** What is wrong with the order, in words; empty when it can be priced. */
    List<String> mistakes() {
        var found = new ArrayList<String>();
        if (id == null || id.isBlank()) {
            found.add("it has no id");
        }
        if (customer == null || customer.isBlank()) {
            found.add("it names no customer");
        }
        if (lines == null || lines.isEmpty()) {
            found.add("it has no lines");
            return found;
        }
        for (var line : lines) {
            if (line.quantity() < 1) {
                found.add("quantity of " + line.sku() + " is " + line.quantity() + ", it must be at least 1");
            }
            if (line.price() == null || line.price().signum() < 0) {
                found.add("price of " + line.sku() + " is " + line.price() + ", it must be 0 or more");
            }
        }
        return found;
    }

    /** The sum of all lines in the order's own currency. */
    BigDecimal net() {
        return lines == null
                ? BigDecimal.ZERO
                : lines.stream().map(Line::total).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /** Pieces of all lines. */
    int pieces() {
        return lines == null ? 0 : lines.stream().mapToInt(Line::quantity).sum();
    }
}

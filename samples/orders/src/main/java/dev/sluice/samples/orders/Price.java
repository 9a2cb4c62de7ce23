package dev.sluice.samples.orders;

import dev.sluice.function.FunctionConfig;
import dev.sluice.function.FunctionException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * Turns an order into an invoice. Reactive: it holds no thread while it waits for the exchange rate.
 *
 * <p>An order that can't be priced is rejected: another try would end the same, so it goes to the dead-letter topic
 * at once.
 */
public final class Price implements Function<Order, Mono<Invoice>> {
    private final ExchangeRates rates = new ExchangeRates();
    private final String currency;
    private final BigDecimal vat;

    /** Reads {@code currency} (required) and {@code vat} (0.19 if absent). */
    public Price(FunctionConfig config) {
        currency = config.require("currency");
        vat = new BigDecimal(config.find("vat").orElse("0.19"));
    }

    @Override
    public Mono<Invoice> apply(Order order) {
        var mistakes = order.mistakes();
        if (!mistakes.isEmpty()) {
            return Mono.error(rejected(order, String.join("; ", mistakes)));
        }
        var paidIn = Objects.requireNonNullElse(order.currency(), currency);
        return rates.rate(paidIn, currency)
                .map(rate -> invoice(order, rate))
                .switchIfEmpty(
                        Mono.error(() -> rejected(order, "there is no rate from " + paidIn + " to " + currency)));
    }

    private Invoice invoice(Order order, BigDecimal rate) {
        var net = cents(order.net().multiply(rate));
        var tax = cents(net.multiply(vat));
        return new Invoice(
                Objects.requireNonNull(order.id()),
                Objects.requireNonNull(order.customer()),
                order.pieces(),
                currency,
                net,
                tax,
                net.add(tax));
    }

    private static BigDecimal cents(BigDecimal amount) {
        return amount.setScale(2, RoundingMode.HALF_UP);
    }

    private static FunctionException.Rejected rejected(Order order, String why) {
        return new FunctionException.Rejected("order " + order.id() + ": " + why);
    }
}

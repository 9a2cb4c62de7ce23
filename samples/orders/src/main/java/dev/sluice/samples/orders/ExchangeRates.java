package dev.sluice.samples.orders;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Stands in for a rate service on the network: it answers after a moment, and without holding a thread. */
final class ExchangeRates {
    static final Duration LATENCY = Duration.ofMillis(20);

    private static final Map<String, BigDecimal> EUROS =
            Map.of("EUR", BigDecimal.ONE, "USD", new BigDecimal("0.86"), "GBP", new BigDecimal("1.14"));

    /** What one unit of a currency costs in another, to six digits; empty when either is unknown. */
    Mono<BigDecimal> rate(String from, String to) {
        var price = EUROS.get(from);
        var unit = EUROS.get(to);
        if (price == null || unit == null) {
            return Mono.empty();
        }
        return Mono.delay(LATENCY).map(tick -> price.divide(unit, 6, RoundingMode.HALF_UP));
    }
}

package dev.sluice.samples.orders;

import static dev.sluice.samples.orders.PriceTest.line;
import static dev.sluice.samples.orders.PriceTest.order;

import dev.sluice.function.FunctionConfig;
import dev.sluice.function.FunctionException;
import dev.sluice.function.Invocation;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.test.StepVerifier;

class QuoteTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Instant NOW = Instant.parse("2026-03-02T09:00:00Z");

    private final Quote quote = new Quote(
            new FunctionConfig(Map.of("currency", "EUR", "valid-for", "PT1H")), Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void offersThePriceWithTaxUntilItsEnd() {
        StepVerifier.withVirtualTime(() -> quote.apply(order("EUR", line(1, "100.00")), new Call()))
                .thenAwait(ExchangeRates.LATENCY)
                .expectNext(new Offer(new BigDecimal("119.00"), "EUR", NOW.plusSeconds(3600)))
                .expectComplete()
                .verify(LIMIT);
    }

    @Test
    void rejectsWhatCanNotBePriced() {
        StepVerifier.create(quote.apply(order("EUR", line(-1, "1.00")), new Call()))
                .expectError(FunctionException.Rejected.class)
                .verify(LIMIT);
    }

    private static final class Call implements Invocation {
        @Override
        public String function() {
            return "quote";
        }

        @Override
        public String trigger() {
            return "quote";
        }

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public Duration remaining() {
            return Duration.ofSeconds(2);
        }

        @Override
        public Optional<String> traceparent() {
            return Optional.empty();
        }

        @Override
        public FunctionConfig config() {
            return FunctionConfig.EMPTY;
        }

        @Override
        public Logger log() {
            return LoggerFactory.getLogger(QuoteTest.class);
        }
    }
}

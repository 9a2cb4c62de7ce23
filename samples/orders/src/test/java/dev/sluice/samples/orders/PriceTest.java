package dev.sluice.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.function.FunctionConfig;
import dev.sluice.function.FunctionException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

class PriceTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Price price = new Price(new FunctionConfig(Map.of("currency", "EUR", "vat", "0.20")));

    @Test
    void invoicesOnceTheExchangeRateIsThere() {
        StepVerifier.withVirtualTime(() -> price.apply(order("USD", line(2, "50.00"), line(1, "0.99"))))
                .expectSubscription()
                .expectNoEvent(ExchangeRates.LATENCY.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .expectNext(new Invoice("A-1", "ada", 3, "EUR", amount("86.85"), amount("17.37"), amount("104.22")))
                .expectComplete()
                .verify(LIMIT);
    }

    @Test
    void takesItsOwnCurrencyWhenTheOrderNamesNone() {
        StepVerifier.withVirtualTime(() -> price.apply(order(null, line(1, "10.00"))))
                .thenAwait(ExchangeRates.LATENCY)
                .assertNext(invoice -> assertThat(invoice.total()).isEqualTo(amount("12.00")))
                .expectComplete()
                .verify(LIMIT);
    }

    @Test
    void rejectsWithEveryMistakeWhenTheOrderIsBad() {
        var bad = new Order("A-1", " ", "EUR", List.of(line(0, "1.00"), line(1, "-1.00")));

        StepVerifier.create(price.apply(bad))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(FunctionException.Rejected.class)
                        .hasMessage("order A-1: it names no customer; quantity of cup is 0, it must be at least 1;"
                                + " price of cup is -1.00, it must be 0 or more"))
                .verify(LIMIT);
    }

    @Test
    void rejectsWhenTheOrderIsEmpty() {
        StepVerifier.create(price.apply(new Order(null, null, null, null)))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(FunctionException.Rejected.class)
                        .hasMessage("order null: it has no id; it names no customer; it has no lines"))
                .verify(LIMIT);
    }

    @Test
    void rejectsWhenThereIsNoRateForTheCurrency() {
        StepVerifier.create(price.apply(order("XAU", line(1, "1.00"))))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(FunctionException.Rejected.class)
                        .hasMessage("order A-1: there is no rate from XAU to EUR"))
                .verify(LIMIT);
    }

    @Test
    void doesNotStartWithoutItsCurrency() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Price(FunctionConfig.EMPTY))
                .withMessageContaining("'currency' is missing");
    }

    static Order order(@Nullable String currency, Order.Line... lines) {
        return new Order("A-1", "ada", currency, List.of(lines));
    }

    static Order.Line line(int quantity, String price) {
        return new Order.Line("cup", quantity, new BigDecimal(price));
    }

    private static BigDecimal amount(String text) {
        return new BigDecimal(text);
    }
}

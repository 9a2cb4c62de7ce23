package dev.sluice.samples.orders;

import dev.sluice.function.FunctionConfig;
import dev.sluice.function.Invocation;
import java.time.Clock;
import java.time.Duration;
import java.util.function.BiFunction;
import reactor.core.publisher.Mono;

/** Says what an order would cost. Called over HTTP: the caller waits, and gets the offer as the response. */
public final class Quote implements BiFunction<Order, Invocation, Mono<Offer>> {
    private final Price price;
    private final Duration validity;
    private final Clock clock;

    /** Reads {@code valid-for} (an ISO-8601 duration, PT15M if absent), and what {@link Price} reads. */
    public Quote(FunctionConfig config) {
        this(config, Clock.systemUTC());
    }

    Quote(FunctionConfig config, Clock clock) {
        price = new Price(config);
        validity = Duration.parse(config.find("valid-for").orElse("PT15M"));
        this.clock = clock;
    }

    @Override
    public Mono<Offer> apply(Order order, Invocation invocation) {
        return price.apply(order).map(invoice -> {
            invocation.log().debug("quoted {} for {}", invoice.total(), invoice.customer());
            return new Offer(
                    invoice.total(), invoice.currency(), clock.instant().plus(validity));
        });
    }
}

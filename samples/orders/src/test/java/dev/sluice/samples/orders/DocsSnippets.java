package dev.sluice.samples.orders;

import dev.sluice.function.BatchResult;
import dev.sluice.function.EventExtensions;
import dev.sluice.function.FunctionConfig;
import dev.sluice.function.FunctionException;
import dev.sluice.function.Initializable;
import dev.sluice.function.Invocation;
import dev.sluice.function.Received;
import dev.sluice.function.TypeRef;
import dev.sluice.function.TypedFunction;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The snippets of the documentation, region by region; {@link DocsTest} holds both together. */
final class DocsSnippets {
    private DocsSnippets() {}

    // docs:first
    record Name(String first) {}

    record Greeting(String text) {}

    public static final class Greet implements Function<Name, Mono<Greeting>> {
        @Override
        public Mono<Greeting> apply(Name name) {
            return Mono.just(new Greeting("Hello " + name.first()));
        }
    }
    // docs:end

    // docs:reactive
    public static final class Split implements Function<Order, Flux<Order.Line>> {
        @Override
        public Flux<Order.Line> apply(Order order) {
            return Flux.fromIterable(order.lines());
        }
    }
    // docs:end

    // docs:blocking
    public static final class Label implements Function<Invoice, String> {
        @Override
        public String apply(Invoice invoice) {
            return invoice.customer() + ", " + invoice.pieces() + " pieces";
        }
    }
    // docs:end

    // docs:consumer
    public static final class Print implements Consumer<CloudEvent> {
        @Override
        public void accept(CloudEvent event) {
            System.out.println(event.getType() + " " + event.getSubject());
        }
    }
    // docs:end

    // docs:extensions
    public static final class Audit implements Consumer<CloudEvent> {
        @Override
        public void accept(CloudEvent event) {
            var severity = EventExtensions.severity(event).map(s -> s.number()).orElse(0);
            EventExtensions.deprecation(event)
                    .map(deprecation -> deprecation.sunset())
                    .ifPresent(sunset -> System.err.println(event.getType() + " ends at " + sunset));
            System.out.println(severity + " x" + EventExtensions.sampledRate(event) + " "
                    + EventExtensions.correlationId(event).orElse("-"));
        }
    }
    // docs:end

    // docs:batch
    public static final class Save implements Function<List<Order>, BatchResult> {
        @Override
        public BatchResult apply(List<Order> orders) {
            var failures = new HashMap<Integer, Throwable>();
            for (var i = 0; i < orders.size(); i++) {
                if (orders.get(i).customer() == null) {
                    failures.put(i, new FunctionException.Rejected("no customer"));
                }
            }
            return BatchResult.failed(failures);
        }
    }
    // docs:end

    // docs:stream
    public static final class Relay implements Function<Flux<Received<Order>>, Flux<CloudEvent>> {
        @Override
        public Flux<CloudEvent> apply(Flux<Received<Order>> orders) {
            return orders.concatMap(order ->
                    Flux.just(order.answer(order.value().customer())).concatWith(Mono.fromRunnable(order::accept)));
        }
    }
    // docs:end

    // docs:window
    public static final class Summary implements Function<Flux<Order>, Mono<String>> {
        @Override
        public Mono<String> apply(Flux<Order> window) {
            return window.count().map(orders -> orders + " orders");
        }
    }
    // docs:end

    // docs:invocation
    public static final class Slow implements BiFunction<Order, Invocation, Mono<Invoice>> {
        @Override
        public Mono<Invoice> apply(Order order, Invocation invocation) {
            invocation.log().info("try {}, {} left", invocation.attempt(), invocation.remaining());
            return Mono.empty();
        }
    }
    // docs:end

    // docs:config
    public static final class Convert implements Function<String, String> {
        private final String currency;

        public Convert(FunctionConfig config) {
            currency = config.require("currency");
        }

        @Override
        public String apply(String amount) {
            return amount + " " + currency;
        }
    }
    // docs:end

    // docs:lambda
    public static final class Handlers {
        // handler: com.acme.Handlers::shout
        public static Function<String, String> shout() {
            return text -> text + "!";
        }

        // handler: com.acme.Handlers::whisper
        public static TypedFunction whisper() {
            return TypedFunction.of(new TypeRef<Function<String, String>>() {}, text -> "(" + text + ")");
        }
    }
    // docs:end

    // docs:errors
    public static final class Charge implements Function<Invoice, Mono<String>> {
        @Override
        public Mono<String> apply(Invoice invoice) {
            if (invoice.total().signum() <= 0) {
                return Mono.error(new FunctionException.Rejected("nothing to charge"));
            }
            return Mono.error(new FunctionException.Retry("the bank is closed", Duration.ofSeconds(10)));
        }
    }
    // docs:end

    // docs:lifecycle
    public static final class Cached implements Function<String, Mono<String>>, Initializable, AutoCloseable {
        private volatile String greeting = "";

        @Override
        public Mono<Void> start() {
            return Mono.fromRunnable(() -> greeting = "Hello ");
        }

        @Override
        public Mono<String> apply(String name) {
            return Mono.just(greeting + name);
        }

        @Override
        public void close() {
            greeting = "";
        }
    }
    // docs:end
}

package dev.sluice.engine;

import dev.sluice.broker.AnswerSink;
import dev.sluice.broker.EventSink;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.function.BatchResult;
import dev.sluice.function.FunctionConfig;
import dev.sluice.function.TypeRef;
import dev.sluice.function.TypedFunction;
import io.cloudevents.CloudEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** Events, functions and triggers with all that a test does not care about filled in. */
final class Fixtures {
    private Fixtures() {}

    /** An event whose data is its id. */
    static WireEvent event(String id) {
        return event(id, id);
    }

    static WireEvent event(String id, String data) {
        return WireEvent.builder()
                .id(id)
                .source("/test")
                .type("test")
                .dataContentType("text/plain")
                .data(data)
                .build();
    }

    static String text(CloudEvent event) {
        return new String(Objects.requireNonNull(event.getData()).toBytes(), StandardCharsets.UTF_8);
    }

    static FunctionCode code(Object handler) {
        try {
            return FunctionCode.of("handler", () -> handler);
        } catch (FunctionCodeException e) {
            throw new AssertionError(e);
        }
    }

    /** Reactive, text to texts. */
    static FunctionCode reactive(Function<String, Publisher<String>> handler) {
        return code(TypedFunction.of(new TypeRef<Function<String, Publisher<String>>>() {}, handler));
    }

    static FunctionCode staged(Function<String, CompletionStage<String>> handler) {
        return code(TypedFunction.of(new TypeRef<Function<String, CompletionStage<String>>>() {}, handler));
    }

    /** Blocking, text to text. */
    static FunctionCode blocking(Function<String, String> handler) {
        return code(TypedFunction.of(new TypeRef<Function<String, String>>() {}, handler));
    }

    static FunctionCode listing(Function<String, List<String>> handler) {
        return code(TypedFunction.of(new TypeRef<Function<String, List<String>>>() {}, handler));
    }

    /** Blocking, a batch of texts to its verdict. */
    static FunctionCode batching(Function<List<String>, BatchResult> handler) {
        return code(TypedFunction.of(new TypeRef<Function<List<String>, BatchResult>>() {}, handler));
    }

    /** Reactive, a window of texts to texts. */
    static FunctionCode windowing(Function<Flux<String>, Flux<String>> handler) {
        return code(TypedFunction.of(new TypeRef<Function<Flux<String>, Flux<String>>>() {}, handler));
    }

    static FunctionSpec function(FunctionCode code, int concurrency, Duration timeout) {
        return function("fn", code, concurrency, timeout, BatchPolicy.DEFAULT);
    }

    static FunctionSpec function(String name, FunctionCode code, int concurrency, Duration timeout, BatchPolicy batch) {
        return new FunctionSpec(name, code, 1, concurrency, timeout, batch, FunctionConfig.EMPTY);
    }

    /** That many retries, 10 ms apart, parking. */
    static DeliveryPolicy retries(int retry) {
        return retries(retry, Duration.ofMillis(10));
    }

    static DeliveryPolicy retries(int retry, Duration wait) {
        return new DeliveryPolicy(
                retry,
                new Backoff(Backoff.Policy.CONSTANT, wait, Duration.ofSeconds(30)),
                Duration.ofMinutes(5),
                Duration.ofMinutes(15),
                DeliveryPolicy.DeadLetterFailure.PARK);
    }

    static DeliveryPolicy when(DeliveryPolicy policy, DeliveryPolicy.DeadLetterFailure deadLetterFailure) {
        return new DeliveryPolicy(
                policy.retry(), policy.backoff(), policy.timeout(), policy.maxAge(), deadLetterFailure);
    }

    static TriggerSpec trigger(EventSource source, AnswerSink answers, DeliveryPolicy delivery, EventSink deadLetters) {
        return trigger("tr", source, Ordering.KEY, answers, delivery, deadLetters, 1);
    }

    static TriggerSpec trigger(
            String name,
            EventSource source,
            Ordering ordering,
            AnswerSink answers,
            DeliveryPolicy delivery,
            EventSink deadLetters,
            int share) {
        return new TriggerSpec(
                name,
                "fn",
                "topic",
                source,
                ordering,
                EventFilter.PASS,
                AnswerPolicy.to(answers, "fn"),
                delivery,
                deadLetters,
                share);
    }

    /** A trigger whose callers wait for the answer. */
    static TriggerSpec calls(EventFilter filter) {
        return new TriggerSpec(
                "calls",
                "fn",
                null,
                null,
                Ordering.NONE,
                filter,
                AnswerPolicy.none("fn"),
                DeliveryPolicy.DEFAULT,
                null,
                1);
    }

    static EventFilter filter(Predicate<CloudEvent> passes) {
        return new EventFilter() {
            @Override
            public boolean test(CloudEvent event) {
                return passes.test(event);
            }

            @Override
            public String describe() {
                return "as the test says";
            }
        };
    }
}

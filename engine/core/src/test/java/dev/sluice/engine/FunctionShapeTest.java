package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.engine.FunctionShape.Form;
import dev.sluice.engine.FunctionShape.Reply;
import dev.sluice.function.BatchResult;
import dev.sluice.function.Invocation;
import dev.sluice.function.Received;
import dev.sluice.function.TypeRef;
import dev.sluice.function.TypedFunction;
import io.cloudevents.CloudEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Which signatures are functions, how they run, and what is said about those that are none. */
class FunctionShapeTest {
    record Order(String id) {}

    record Invoice(String id) {}

    static Stream<Arguments> shapes() {
        return Stream.of(
                shape(new TypeRef<Function<Order, Mono<Invoice>>>() {}, "reactive Order -> Invoice", Reply.PUBLISHER),
                shape(new TypeRef<Function<Order, Flux<Invoice>>>() {}, "reactive Order -> Invoice", Reply.PUBLISHER),
                shape(
                        new TypeRef<Function<Flux<Order>, Flux<Invoice>>>() {},
                        "reactive window of Order -> Invoice",
                        Reply.PUBLISHER),
                shape(
                        new TypeRef<Function<Flux<Received<Order>>, Flux<Invoice>>>() {},
                        "reactive stream of Order -> Invoice",
                        Reply.PUBLISHER),
                shape(
                        new TypeRef<BiFunction<Flux<Order>, Invocation, Mono<Void>>>() {},
                        "reactive window of Order -> nothing",
                        Reply.PUBLISHER),
                shape(
                        new TypeRef<Function<Order, Publisher<Invoice>>>() {},
                        "reactive Order -> Invoice",
                        Reply.PUBLISHER),
                shape(
                        new TypeRef<Function<CloudEvent, Mono<Void>>>() {},
                        "reactive CloudEvent -> nothing",
                        Reply.PUBLISHER),
                shape(
                        new TypeRef<Function<byte[], CompletionStage<JsonNode>>>() {},
                        "reactive byte[] -> JsonNode",
                        Reply.STAGE),
                shape(
                        new TypeRef<Function<String, CompletableFuture<String>>>() {},
                        "reactive String -> String",
                        Reply.STAGE),
                shape(new TypeRef<Function<JsonNode, CloudEvent>>() {}, "blocking JsonNode -> CloudEvent", Reply.VALUE),
                shape(new TypeRef<Function<Order, List<Invoice>>>() {}, "blocking Order -> Invoice", Reply.LIST),
                shape(new TypeRef<Function<Order, Void>>() {}, "blocking Order -> nothing", Reply.NOTHING),
                shape(new TypeRef<Consumer<Order>>() {}, "blocking Order -> nothing", Reply.NOTHING),
                shape(
                        new TypeRef<Function<Map<String, Integer>, String>>() {},
                        "blocking Map<String, Integer> -> String",
                        Reply.VALUE),
                shape(
                        new TypeRef<BiFunction<Order, Invocation, Mono<Invoice>>>() {},
                        "reactive Order -> Invoice",
                        Reply.PUBLISHER),
                shape(
                        new TypeRef<BiFunction<Order, Invocation, Invoice>>() {},
                        "blocking Order -> Invoice",
                        Reply.VALUE),
                shape(new TypeRef<Consumer<List<Order>>>() {}, "blocking batch of Order -> nothing", Reply.NOTHING),
                shape(
                        new TypeRef<Function<List<Order>, Mono<Void>>>() {},
                        "reactive batch of Order -> nothing",
                        Reply.PUBLISHER),
                shape(
                        new TypeRef<Function<List<Order>, List<Invoice>>>() {},
                        "blocking batch of Order -> Invoice",
                        Reply.LIST),
                shape(
                        new TypeRef<Function<List<Order>, BatchResult>>() {},
                        "blocking batch of Order -> BatchResult",
                        Reply.VALUE),
                shape(
                        new TypeRef<Function<List<CloudEvent>, Mono<BatchResult>>>() {},
                        "reactive batch of CloudEvent -> BatchResult",
                        Reply.PUBLISHER));
    }

    private static Arguments shape(TypeRef<?> type, String described, Reply reply) {
        return Arguments.of(type, described, reply);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("shapes")
    void recognisesEveryShape(TypeRef<?> type, String described, Reply reply) throws Exception {
        var shape = FunctionShape.of("handler", type.type());

        assertThat(shape.describe()).isEqualTo(described);
        assertThat(shape.reply()).isEqualTo(reply);
        assertThat(shape.batch()).isEqualTo(described.contains("batch of") || described.contains("window of"));
        assertThat(shape.stream()).isEqualTo(described.contains("stream of"));
        assertThat(shape.blocking()).isEqualTo(described.startsWith("blocking"));
    }

    abstract static class Base<A, B> implements Function<A, Mono<B>> {}

    abstract static class Middle<C> extends Base<Order, C> {}

    static final class Leaf extends Middle<Invoice> {
        @Override
        public Mono<Invoice> apply(Order order) {
            return Mono.empty();
        }
    }

    interface Pricing extends BiFunction<Order, Invocation, Flux<Invoice>> {}

    static final class ByInterface implements Pricing {
        @Override
        public Flux<Invoice> apply(Order order, Invocation invocation) {
            return Flux.empty();
        }
    }

    @Test
    void recognisesAShapeThroughGenericSuperclassesAndInterfaces() throws Exception {
        assertThat(FunctionShape.of("leaf", Leaf.class).describe()).isEqualTo("reactive Order -> Invoice");
        var shape = FunctionShape.of("pricing", ByInterface.class);
        assertThat(shape.describe()).isEqualTo("reactive Order -> Invoice");
        assertThat(shape.form()).isEqualTo(Form.BI_FUNCTION);
    }

    @Test
    void takesATypedFunctionForItsTypeAndRefusesTheErasedLambda() throws Exception {
        Function<Order, Mono<Invoice>> lambda = order -> Mono.empty();
        var typed = FunctionCode.of(
                "typed", () -> TypedFunction.of(new TypeRef<Function<Order, Mono<Invoice>>>() {}, lambda));
        assertThat(typed.describe()).isEqualTo("reactive Order -> Invoice");
        assertThatThrownBy(() -> FunctionCode.of("erased", () -> lambda))
                .isInstanceOf(FunctionCodeException.class)
                .hasMessageContaining("handler erased: the type arguments of Function are not known at run time")
                .hasMessageContaining("TypedFunction.of(new TypeRef<...>() {}, handler)")
                .hasMessageContaining("'com.acme.Handlers::method'");
    }

    @SuppressWarnings("rawtypes")
    static final class Raw implements Function {
        @Override
        public Object apply(Object input) {
            return input;
        }
    }

    static final class Both implements Function<Order, Invoice>, Consumer<Order> {
        @Override
        public Invoice apply(Order order) {
            return new Invoice(order.id());
        }

        @Override
        public void accept(Order order) {}
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of(Raw.class, "are not known at run time"),
                Arguments.of(new TypeRef<Function<Object, String>>() {}.type(), "or are Object"),
                Arguments.of(new TypeRef<Function<String, Mono<Object>>>() {}.type(), "or are Object"),
                Arguments.of(new TypeRef<Function<List<?>, String>>() {}.type(), "or are Object"),
                Arguments.of(
                        Both.class,
                        "exactly one of java.util.function.Function, BiFunction and Consumer; it"
                                + " implements several"),
                Arguments.of(String.class, "it implements none"),
                Arguments.of(
                        new TypeRef<BiFunction<Order, String, Invoice>>() {}.type(),
                        "takes String as second parameter; a BiFunction's second parameter must be Invocation"),
                Arguments.of(
                        new TypeRef<Function<Flux<Order>, Invoice>>() {}.type(),
                        "takes Flux<Order>: it must return a Flux or a Mono"),
                Arguments.of(
                        new TypeRef<Consumer<Flux<Order>>>() {}.type(),
                        "takes Flux<Order>: it must return a Flux or a Mono"),
                Arguments.of(
                        new TypeRef<Function<Flux<Received<Order>>, CompletionStage<Void>>>() {}.type(),
                        "takes Flux<Received<Order>>: it must return a Flux or a Mono"),
                Arguments.of(
                        new TypeRef<Function<Publisher<Order>, Flux<Invoice>>>() {}.type(),
                        "takes Publisher<Order>: it must be one event, a List or a Flux"),
                Arguments.of(
                        new TypeRef<Function<List<Received<Order>>, Mono<Void>>>() {}.type(),
                        "takes List<Received<Order>>: Received has its place in a Flux"),
                Arguments.of(
                        new TypeRef<Function<Flux<Order>, Mono<BatchResult>>>() {}.type(),
                        "answers BatchResult: only a function of a List may do so"),
                Arguments.of(
                        new TypeRef<Function<Order, Mono<Flux<Invoice>>>>() {}.type(),
                        "answers a publisher of publishers"),
                Arguments.of(
                        new TypeRef<Function<Order, BatchResult>>() {}.type(),
                        "answers BatchResult: only a function of a List may do so"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("refused")
    void refusesWhatHasNoShapeAndSaysWhy(java.lang.reflect.Type type, String message) {
        assertThatThrownBy(() -> FunctionShape.of("odd", type))
                .isInstanceOf(FunctionCodeException.class)
                .hasMessageStartingWith("handler odd")
                .hasMessageContaining(message);
    }
}

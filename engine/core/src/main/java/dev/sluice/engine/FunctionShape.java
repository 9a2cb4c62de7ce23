package dev.sluice.engine;

import com.fasterxml.jackson.databind.JavaType;
import dev.sluice.function.BatchResult;
import dev.sluice.function.Invocation;
import dev.sluice.function.TypedFunction;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * How a handler is called, recognised once from its generic signature.
 *
 * @param form which functional interface it implements
 * @param batch whether it takes a list of events
 * @param reply what it returns
 * @param input the type of one event
 * @param output the type of one answer; null when it gives none
 */
record FunctionShape(
        Form form,
        boolean batch,
        Reply reply,
        JavaType input,
        @Nullable JavaType output) {
    /** The functional interface. */
    enum Form {
        FUNCTION,
        BI_FUNCTION,
        CONSUMER
    }

    /** What a call returns, and with it where it runs: publishers and stages on the event loop, all else on workers. */
    enum Reply {
        PUBLISHER,
        STAGE,
        VALUE,
        LIST,
        NOTHING
    }

    /** Whether a call may block its thread, and so runs on a worker. */
    boolean blocking() {
        return reply != Reply.PUBLISHER && reply != Reply.STAGE;
    }

    /** The shape in words, such as {@code reactive Order -> Invoice}. */
    String describe() {
        var in = Payload.nameOf(input);
        return (blocking() ? "blocking " : "reactive ")
                + (batch ? "batch of " : "")
                + in
                + " -> "
                + (output == null ? "nothing" : Payload.nameOf(output));
    }

    /**
     * Recognises a handler's shape.
     *
     * @param what the handler as its author named it, for messages
     * @param declared its generic type
     */
    static FunctionShape of(String what, Type declared) throws FunctionCodeException {
        var type = Payload.types().constructType(declared);
        var function = type.findSuperType(Function.class);
        var biFunction = type.findSuperType(BiFunction.class);
        var consumer = type.findSuperType(Consumer.class);
        var forms = (function == null ? 0 : 1) + (biFunction == null ? 0 : 1) + (consumer == null ? 0 : 1);
        if (forms != 1) {
            throw new FunctionCodeException(
                    "handler " + what + " must implement exactly one of java.util.function.Function, BiFunction and"
                            + " Consumer; it implements " + (forms == 0 ? "none" : "several"),
                    null);
        }
        if (consumer != null) {
            return withInput(what, Form.CONSUMER, argument(what, consumer, 0), Reply.NOTHING, null);
        }
        if (function != null) {
            return withReply(what, Form.FUNCTION, argument(what, function, 0), argument(what, function, 1));
        }
        var second = argument(what, biFunction, 1);
        if (second.getRawClass() != Invocation.class) {
            throw new FunctionCodeException(
                    "handler " + what + " takes " + Payload.nameOf(second)
                            + " as second parameter; a BiFunction's second parameter must be Invocation",
                    null);
        }
        return withReply(what, Form.BI_FUNCTION, argument(what, biFunction, 0), argument(what, biFunction, 2));
    }

    private static FunctionShape withReply(String what, Form form, JavaType in, JavaType returned)
            throws FunctionCodeException {
        var publisher = returned.findSuperType(Publisher.class);
        if (publisher != null) {
            return withInput(what, form, in, Reply.PUBLISHER, answer(what, argument(what, publisher, 0)));
        }
        var stage = returned.findSuperType(CompletionStage.class);
        if (stage != null) {
            return withInput(what, form, in, Reply.STAGE, answer(what, argument(what, stage, 0)));
        }
        var collection = returned.findSuperType(Collection.class);
        if (collection != null && List.class.isAssignableFrom(returned.getRawClass())) {
            return withInput(what, form, in, Reply.LIST, answer(what, argument(what, collection, 0)));
        }
        var output = answer(what, returned);
        return withInput(what, form, in, output == null ? Reply.NOTHING : Reply.VALUE, output);
    }

    private static FunctionShape withInput(String what, Form form, JavaType in, Reply reply, @Nullable JavaType out)
            throws FunctionCodeException {
        if (in.findSuperType(Publisher.class) != null) {
            throw new FunctionCodeException(
                    "handler " + what + " takes " + Payload.nameOf(in) + ": functions of a "
                            + Flux.class.getSimpleName() + " are not in this version; take one event or a List of them",
                    null);
        }
        var list = in.getRawClass() == List.class;
        var input = list ? argument(what, in, 0) : in;
        if (out != null && out.getRawClass() == BatchResult.class && !list) {
            throw new FunctionCodeException(
                    "handler " + what + " answers BatchResult: only a function of a List may do so", null);
        }
        return new FunctionShape(form, list, reply, input, out);
    }

    /** A type argument that must be known. */
    private static JavaType argument(String what, JavaType type, int index) throws FunctionCodeException {
        var argument = type.containedType(index);
        if (argument == null || argument.getRawClass() == Object.class) {
            throw new FunctionCodeException(
                    "handler " + what + ": the type arguments of "
                            + type.getRawClass().getSimpleName()
                            + " are not known at run time, as with a lambda, or are Object. Write a class that implements"
                            + " it, name a static method whose return type is generic as"
                            + " 'com.acme.Handlers::method', or use "
                            + TypedFunction.class.getSimpleName() + ".of(new TypeRef<...>() {}, handler)",
                    null);
        }
        return argument;
    }

    /** The type of one answer, null for Void. */
    private static @Nullable JavaType answer(String what, JavaType type) throws FunctionCodeException {
        var raw = type.getRawClass();
        if (raw == Void.class) {
            return null;
        }
        if (Publisher.class.isAssignableFrom(raw)) {
            throw new FunctionCodeException("handler " + what + " answers a publisher of publishers", null);
        }
        return type;
    }
}

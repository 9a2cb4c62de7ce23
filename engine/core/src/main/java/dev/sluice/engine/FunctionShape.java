package dev.sluice.engine;

import com.fasterxml.jackson.databind.JavaType;
import dev.sluice.function.BatchResult;
import dev.sluice.function.Invocation;
import dev.sluice.function.Received;
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
 * @param takes how many events a call takes
 * @param reply what it returns
 * @param input the type of one event
 * @param output the type of one answer; null when it gives none
 */
record FunctionShape(
        Form form,
        Takes takes,
        Reply reply,
        JavaType input,
        @Nullable JavaType output) {
    /** The functional interface. */
    enum Form {
        FUNCTION,
        BI_FUNCTION,
        CONSUMER
    }

    /** What a call takes. */
    enum Takes {
        ONE("", "one event"),
        LIST("batch of ", "a list of events"),
        /** A flux of a bounded number of events. */
        WINDOW("window of ", "windows of events"),
        /** A flux of all events there will be. */
        STREAM("stream of ", "a stream of events");

        private final String words;
        private final String phrase;

        Takes(String words, String phrase) {
            this.words = words;
            this.phrase = phrase;
        }

        /** What it takes, for messages. */
        String phrase() {
            return phrase;
        }
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

    /** Whether events are gathered until a call takes several. */
    boolean batch() {
        return takes == Takes.LIST || takes == Takes.WINDOW;
    }

    /** Whether a call takes a window's events. */
    boolean window() {
        return takes == Takes.WINDOW;
    }

    /** Whether one call lasts as long as its instance. */
    boolean stream() {
        return takes == Takes.STREAM;
    }

    /** The shape in words, such as {@code reactive Order -> Invoice}. */
    String describe() {
        var in = Payload.nameOf(input);
        return (blocking() ? "blocking " : "reactive ")
                + takes.words
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
            return withFlux(what, form, in, reply, out);
        }
        var list = in.getRawClass() == List.class;
        var input = list ? argument(what, in, 0) : in;
        if (out != null && out.getRawClass() == BatchResult.class && !list) {
            throw noVerdicts(what);
        }
        if (input.getRawClass() == Received.class) {
            throw new FunctionCodeException(
                    "handler " + what + " takes " + Payload.nameOf(in)
                            + ": Received has its place in a Flux, whose function settles its events itself",
                    null);
        }
        return new FunctionShape(form, list ? Takes.LIST : Takes.ONE, reply, input, out);
    }

    private static FunctionShape withFlux(String what, Form form, JavaType in, Reply reply, @Nullable JavaType out)
            throws FunctionCodeException {
        if (in.getRawClass() != Flux.class) {
            throw new FunctionCodeException(
                    "handler " + what + " takes " + Payload.nameOf(in) + ": it must be one event, a List or a Flux",
                    null);
        }
        var element = argument(what, in, 0);
        var received = element.getRawClass() == Received.class;
        if (reply != Reply.PUBLISHER && (received || reply != Reply.STAGE)) {
            throw new FunctionCodeException(
                    "handler " + what + " takes " + Payload.nameOf(in) + ": it must return a Flux or a Mono", null);
        }
        if (out != null && out.getRawClass() == BatchResult.class) {
            throw noVerdicts(what);
        }
        return received
                ? new FunctionShape(form, Takes.STREAM, reply, argument(what, element, 0), out)
                : new FunctionShape(form, Takes.WINDOW, reply, element, out);
    }

    private static FunctionCodeException noVerdicts(String what) {
        return new FunctionCodeException(
                "handler " + what + " answers BatchResult: only a function of a List may do so", null);
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

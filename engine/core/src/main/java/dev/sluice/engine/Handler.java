package dev.sluice.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.sluice.function.FunctionException;
import dev.sluice.function.Initializable;
import dev.sluice.function.Invocation;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** One instance's handler object, called through the shape that was recognised at registration. */
final class Handler {
    private final String function;
    private final FunctionShape shape;
    private final Payload input;
    private final ObjectWriter json;
    private final Object object;
    private final @Nullable ClassLoader loader;

    Handler(String function, FunctionShape shape, Object object, @Nullable ClassLoader loader, ObjectMapper mapper) {
        this.function = function;
        this.shape = shape;
        this.object = object;
        this.loader = loader;
        input = new Payload(shape.input(), mapper);
        json = shape.output() == null ? mapper.writer() : mapper.writerFor(shape.output());
    }

    FunctionShape shape() {
        return shape;
    }

    /** Writes its answers. */
    ObjectWriter json() {
        return json;
    }

    /** Gets the handler ready; completes at once when it needs nothing. */
    Mono<Void> start() {
        return object instanceof Initializable initializable
                ? Mono.defer(() -> started(initializable)).subscribeOn(Schedulers.boundedElastic())
                : Mono.empty();
    }

    private static Mono<Void> started(Initializable initializable) {
        try {
            return initializable.start();
        } catch (LinkageError e) {
            // Reactor takes it for the end of the process and tells nobody; it is one function's matter.
            return Mono.error(new IllegalStateException("the handler's start can't be linked: " + e, e));
        }
    }

    /** Lets the handler free what it holds; errors are its own. */
    Mono<Void> close() {
        return object instanceof AutoCloseable closeable
                ? Mono.<Void>fromCallable(() -> {
                            closeable.close();
                            return null;
                        })
                        .subscribeOn(Schedulers.boundedElastic())
                : Mono.empty();
    }

    /** Calls the function with one event, on the current thread. */
    @Nullable
    Object call(CloudEvent event, @Nullable Invocation invocation) {
        return within(() -> input.read(function, event), invocation);
    }

    /** Calls a function of a stream, on the current thread. */
    @Nullable
    Object call(Flux<?> events, @Nullable Invocation invocation) {
        return within(() -> events, invocation);
    }

    /** What the function takes for an event; {@link FunctionException.BadInput} when its data does not fit. */
    Object read(CloudEvent event) {
        return input.read(function, event);
    }

    /**
     * Calls the function with a batch or a window, on the current thread; {@link BadBatchItem} when an event does not
     * fit, before the function has seen any.
     */
    @Nullable
    Object call(List<CloudEvent> events, @Nullable Invocation invocation) {
        return within(() -> shape.window() ? Flux.fromIterable(readAll(events)) : readAll(events), invocation);
    }

    private @Nullable Object within(Supplier<Object> parameter, @Nullable Invocation invocation) {
        if (loader == null) {
            return invoke(parameter.get(), invocation);
        }
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return invoke(parameter.get(), invocation);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // the shape was checked against the generic signature
    private @Nullable Object invoke(Object parameter, @Nullable Invocation invocation) {
        return switch (shape.form()) {
            case CONSUMER -> {
                ((Consumer) object).accept(parameter);
                yield null;
            }
            case BI_FUNCTION -> ((BiFunction) object).apply(parameter, invocation);
            case FUNCTION -> ((Function) object).apply(parameter);
        };
    }

    private List<?> readAll(List<CloudEvent> events) {
        if (input.isEvent()) {
            return events;
        }
        var parameters = new ArrayList<>(events.size());
        for (var i = 0; i < events.size(); i++) {
            try {
                parameters.add(input.read(function, events.get(i)));
            } catch (FunctionException.BadInput e) {
                throw new BadBatchItem(i, e);
            }
        }
        return parameters;
    }

    /** One event of a batch can't be read: it alone fails, and the batch runs again without it. */
    static final class BadBatchItem extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int index;

        BadBatchItem(int index, FunctionException.BadInput cause) {
            super(cause.getMessage(), cause, false, false);
            this.index = index;
        }

        int index() {
            return index;
        }
    }
}

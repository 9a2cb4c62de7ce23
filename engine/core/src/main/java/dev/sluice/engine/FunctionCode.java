package dev.sluice.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.function.FunctionConfig;
import dev.sluice.function.TypedFunction;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A handler's code: loaded, its shape recognised and checked, ready to make handler objects. */
public final class FunctionCode {
    /** Makes one handler object per instance. */
    @FunctionalInterface
    private interface Maker {
        Object make(FunctionConfig config) throws ReflectiveOperationException;
    }

    private final String handler;
    private final FunctionShape shape;
    private final Maker maker;
    private final @Nullable URLClassLoader loader;
    private final ObjectMapper json = Payload.mapper();

    private FunctionCode(String handler, FunctionShape shape, Maker maker, @Nullable URLClassLoader loader) {
        this.handler = handler;
        this.shape = shape;
        this.maker = maker;
        this.loader = loader;
    }

    /**
     * Loads a handler. Blocks while it reads the artifact.
     *
     * @param handler a class, as {@code com.acme.Price}, with a public constructor that takes a {@link FunctionConfig}
     *     or nothing, the former preferred; or a public static method without parameters that returns the function, as
     *     {@code com.acme.Handlers::price}
     * @param artifact a jar or a folder of classes, with a class loader of its own; null: the engine's class path
     * @throws FunctionCodeException when it isn't there, can't be loaded, or has no known shape
     */
    public static FunctionCode load(String handler, @Nullable Path artifact) throws FunctionCodeException {
        var engine = FunctionCode.class.getClassLoader();
        if (artifact == null) {
            return load(handler, engine, null, "the engine's class path");
        }
        var loader = ArtifactClassLoader.open(artifact, engine);
        try {
            return load(handler, loader, loader, "artifact " + artifact);
        } catch (FunctionCodeException | RuntimeException e) {
            closeQuietly(loader, e);
            throw e;
        }
    }

    /**
     * Takes a handler from the program itself. A lambda has to come as a {@link TypedFunction}, since its own type is
     * erased.
     *
     * @param name its name in messages
     * @param handlers makes one handler object per instance
     * @throws FunctionCodeException when the handler has no known shape
     */
    public static FunctionCode of(String name, Supplier<?> handlers) throws FunctionCodeException {
        var shape = FunctionShape.of(name, typeOf(handlers.get()));
        return new FunctionCode(name, shape, config -> handlers.get(), null);
    }

    private static Type typeOf(Object handler) {
        return handler instanceof TypedFunction typed ? typed.type() : handler.getClass();
    }

    private static FunctionCode load(String handler, ClassLoader from, @Nullable URLClassLoader owned, String where)
            throws FunctionCodeException {
        var separator = handler.indexOf("::");
        var type = loadClass(separator < 0 ? handler : handler.substring(0, separator), from, where);
        if (separator >= 0) {
            var method = factoryMethod(type, handler, handler.substring(separator + 2));
            var shape = FunctionShape.of(handler, method.getGenericReturnType());
            return new FunctionCode(handler, shape, config -> method.invoke(null), owned);
        }
        if (Modifier.isAbstract(type.getModifiers())) {
            throw new FunctionCodeException("handler " + handler + " is abstract", null);
        }
        var shape = FunctionShape.of(handler, type);
        return new FunctionCode(handler, shape, constructor(type, handler), owned);
    }

    private static Class<?> loadClass(String name, ClassLoader from, String where) throws FunctionCodeException {
        try {
            return Class.forName(name, true, from);
        } catch (ClassNotFoundException e) {
            throw new FunctionCodeException("class " + name + " is not on " + where, e);
        } catch (LinkageError e) {
            throw new FunctionCodeException("class " + name + " on " + where + " can't be loaded: " + e, e);
        }
    }

    private static Method factoryMethod(Class<?> type, String handler, String name) throws FunctionCodeException {
        try {
            var method = type.getMethod(name);
            if (!Modifier.isStatic(method.getModifiers())) {
                throw new FunctionCodeException("handler " + handler + " is not static", null);
            }
            return method;
        } catch (NoSuchMethodException e) {
            throw new FunctionCodeException(
                    "handler " + handler + ": " + type.getName() + " has no public static method " + name
                            + " without parameters",
                    e);
        }
    }

    private static Maker constructor(Class<?> type, String handler) throws FunctionCodeException {
        Maker plain = null;
        for (var constructor : type.getConstructors()) {
            var parameters = constructor.getParameterTypes();
            if (parameters.length == 1 && parameters[0] == FunctionConfig.class) {
                return constructor::newInstance;
            }
            if (parameters.length == 0) {
                plain = config -> constructor.newInstance();
            }
        }
        if (plain != null) {
            return plain;
        }
        throw new FunctionCodeException(
                "handler " + handler + " is not public or has no public constructor without parameters or with a"
                        + " FunctionConfig",
                null);
    }

    /** The handler as it was named. */
    public String handler() {
        return handler;
    }

    /** The shape in words, such as {@code reactive Order -> Invoice}. */
    public String describe() {
        return shape.describe();
    }

    /** Whether a run holds a thread until it ends. */
    public boolean blocking() {
        return shape.blocking();
    }

    /** Whether one call lasts as long as its instance, so that instances are fixed and calls have no deadline. */
    public boolean stream() {
        return shape.stream();
    }

    /** Its own class loader; null when its classes are the engine's. */
    @Nullable
    ClassLoader loader() {
        return loader;
    }

    FunctionShape shape() {
        return shape;
    }

    /** A handler object of its own; what its constructor throws is thrown as it is. May block. */
    Handler newHandler(String function, FunctionConfig config) throws FunctionCodeException {
        try {
            var made = maker.make(config);
            if (made == null) {
                throw new FunctionCodeException("handler " + handler + " returned null instead of a function", null);
            }
            var object = made instanceof TypedFunction typed ? typed.handler() : made;
            return new Handler(function, shape, object, loader, json);
        } catch (InvocationTargetException e) {
            throw new FunctionCodeException("handler " + handler + " can't be made: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new FunctionCodeException("handler " + handler + " can't be made: " + e, e);
        }
    }

    /** Closes the artifact. Completes once its files are released; classes already loaded live on until unused. */
    public Mono<Void> close() {
        var open = loader;
        return open == null
                ? Mono.empty()
                : Mono.<Void>fromCallable(() -> {
                            open.close();
                            return null;
                        })
                        .subscribeOn(Schedulers.boundedElastic());
    }

    private static void closeQuietly(URLClassLoader loader, Exception because) {
        try {
            loader.close();
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }
}

package dev.sluice.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A function's instances: a fixed number, started at once and again with a back-off of 1 s to 60 s when they fail to.
 * Leases go to the instance that has had a free slot longest. Written by the home loop only.
 */
final class InstancePool {
    private static final Logger LOG = LoggerFactory.getLogger(InstancePool.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final long RESTART_MIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RESTART_MAX_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final FunctionSpec spec;
    private final Loop loop;
    private final Scheduler starter;
    private final Runnable changed;
    private final List<Instance> instances = new ArrayList<>();
    /** Instances with a free slot; one appears once. */
    private final ArrayDeque<Instance> free = new ArrayDeque<>();

    private int leased;
    private volatile boolean closed;
    private volatile int ready;
    private volatile String problem = "";

    /**
     * @param starter runs constructors and starts, which may block
     * @param changed called on the loop when slots were added
     */
    InstancePool(FunctionSpec spec, Loop loop, Scheduler starter, Runnable changed) {
        this.spec = spec;
        this.loop = loop;
        this.starter = starter;
        this.changed = changed;
    }

    /** Starts all instances; on the loop. */
    void start() {
        for (var i = 0; i < spec.instances(); i++) {
            start(RESTART_MIN_NANOS);
        }
    }

    private void start(long backoffNanos) {
        if (closed) {
            return;
        }
        Mono.fromCallable(() -> spec.code().newHandler(spec.name(), spec.config()))
                .subscribeOn(starter)
                .timeout(START_TIMEOUT)
                .flatMap(this::ready)
                .subscribe(this::made, error -> loop.execute(() -> failed(error, backoffNanos)));
    }

    /** Waits for a handler's start; one that fails to is closed, for the next try makes another. */
    private Mono<Handler> ready(Handler handler) {
        return handler.start()
                .timeout(START_TIMEOUT)
                .onErrorResume(error -> closed(handler).then(Mono.error(error)))
                .thenReturn(handler);
    }

    private Mono<Void> closed(Handler handler) {
        return handler.close().timeout(CLOSE_TIMEOUT).onErrorResume(error -> {
            LOG.warn("function {}: an instance failed to close", spec.name(), error);
            return Mono.empty();
        });
    }

    /** A handler is ready; when the function has ended meanwhile, its loop may be gone, and it is closed right here. */
    private void made(Handler handler) {
        if (closed) {
            discard(handler);
        } else {
            loop.execute(() -> started(handler));
        }
    }

    private void discard(Handler handler) {
        closed(handler)
                .subscribe(
                        nothing -> {},
                        error -> LOG.warn("function {}: an instance failed to close", spec.name(), error));
    }

    /** Adds an instance that is ready; on the loop. */
    void started(Handler handler) {
        if (closed) {
            discard(handler);
            return;
        }
        var instance = new Instance(handler, spec.concurrency());
        instances.add(instance);
        free.addLast(instance);
        ready = instances.size();
        if (ready == spec.instances()) {
            problem = "";
        }
        changed.run();
    }

    private void failed(Throwable error, long backoffNanos) {
        problem = "an instance does not start: " + error;
        LOG.warn(
                "function {}: an instance does not start; next try in {} s",
                spec.name(),
                TimeUnit.NANOSECONDS.toSeconds(backoffNanos),
                error);
        loop.schedule(() -> start(Math.min(2 * backoffNanos, RESTART_MAX_NANOS)), backoffNanos);
    }

    /** A slot for one try, or null when none is free. */
    @Nullable
    Instance lease() {
        var instance = free.pollFirst();
        if (instance == null) {
            return null;
        }
        instance.lease();
        leased++;
        if (instance.free() > 0) {
            free.addLast(instance);
        }
        return instance;
    }

    /** Gives a slot back. */
    void giveBack(Instance instance) {
        if (instance.free() == 0) {
            free.addLast(instance);
        }
        instance.giveBack();
        leased--;
    }

    int leased() {
        return leased;
    }

    int freeSlots() {
        return instances.size() * spec.concurrency() - leased;
    }

    /** The slots of all instances that are wanted, whether they have started or not. */
    int capacity() {
        return spec.instances() * spec.concurrency();
    }

    /** Instances that are ready; from any thread. */
    int ready() {
        return ready;
    }

    /** Why an instance does not start, empty when all did; from any thread. */
    String problem() {
        return problem;
    }

    /** Starts no more and closes all handlers; on the loop. Completes when they are, after 2 s at most; logs errors. */
    Mono<Void> close() {
        closed = true;
        ready = 0;
        var closing =
                instances.stream().map(instance -> closed(instance.handler)).toList();
        instances.clear();
        free.clear();
        return Mono.when(closing);
    }
}

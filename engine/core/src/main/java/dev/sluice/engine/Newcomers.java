package dev.sluice.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A pool's instances on their way: makes handlers on threads that may block, within 30 s, tries a failed start again
 * after 1 s to 60 s, and closes handlers, those included that come when nobody wants them any more. Its state is written
 * on the loop.
 */
final class Newcomers {
    private static final Logger LOG = LoggerFactory.getLogger(Newcomers.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final long RESTART_MIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RESTART_MAX_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final InstancePool pool;
    private final Loop loop;
    private final Scheduler starter;
    private final Count failedStarts = new Count();
    private volatile Version version;

    /** Those of this version, those included that wait for their next attempt to start. */
    private int starting;

    private int failures;
    private volatile boolean closed;
    private volatile String problem = "";
    /** When the next failed start is tried again. */
    private volatile long retryNanos;

    /**
     * @param starter runs constructors and starts, which may block
     * @param first what instances are of, until another version is
     */
    Newcomers(InstancePool pool, Loop loop, Scheduler starter, Version first) {
        this.pool = pool;
        this.loop = loop;
        this.starter = starter;
        version = first;
    }

    /** From now on instances are of this version; those of another that are still on their way are closed as they come. */
    void version(Version next) {
        version = next;
        starting = 0;
        failures = 0;
        problem = "";
    }

    /** Starts one more. */
    void start() {
        starting++;
        start(version, RESTART_MIN_NANOS);
    }

    private void start(Version of, long backoffNanos) {
        if (closed) {
            return;
        }
        of.opens();
        var spec = of.spec;
        var begun = loop.nanos();
        Mono.fromCallable(() -> spec.code().newHandler(spec.name(), spec.config()))
                .subscribeOn(starter)
                .timeout(START_TIMEOUT)
                .flatMap(this::ready)
                .subscribe(
                        handler -> made(handler, of, begun),
                        error -> loop.execute(() -> failed(of, error, backoffNanos)));
    }

    /** Waits for a handler's start; one that fails to is closed, for the next try makes another. */
    private Mono<Handler> ready(Handler handler) {
        return handler.start()
                .timeout(START_TIMEOUT)
                .onErrorResume(error -> close(handler).then(Mono.error(error)))
                .thenReturn(handler);
    }

    /** A handler is ready; when the function has ended meanwhile, its loop may be gone, and it is closed right here. */
    private void made(Handler handler, Version of, long begunNanos) {
        if (closed) {
            discard(handler, of);
        } else {
            loop.execute(() -> started(handler, of, begunNanos));
        }
    }

    private void started(Handler handler, Version of, long begunNanos) {
        if (of != version) {
            discard(handler, of);
            return;
        }
        starting--;
        if (closed || !pool.takes()) {
            discard(handler, of);
            return;
        }
        failures = 0;
        pool.started(handler, of, loop.nanos() - begunNanos);
    }

    private void failed(Version of, Throwable error, long backoffNanos) {
        of.closed();
        if (of != version) {
            return;
        }
        if (pool.surplus()) {
            starting--;
            return;
        }
        failures++;
        failedStarts.add(1);
        problem = "an instance does not start: " + error;
        LOG.warn(
                "function {}: an instance does not start; next try in {} s",
                of.spec.name(),
                TimeUnit.NANOSECONDS.toSeconds(backoffNanos),
                error);
        retryNanos = loop.nanos() + backoffNanos;
        loop.schedule(() -> startAgain(of, Math.min(2 * backoffNanos, RESTART_MAX_NANOS)), backoffNanos);
    }

    private void startAgain(Version of, long backoffNanos) {
        if (of != version) {
            return;
        }
        if (pool.surplus()) {
            starting--;
        } else {
            start(of, backoffNanos);
        }
    }

    /** As many serve as are wanted: what was wrong is over. */
    void complete() {
        problem = "";
    }

    /** Closes a handler of the version; on the loop it is counted when it is. */
    void discard(Handler handler, Version of) {
        close(handler)
                .subscribe(
                        nothing -> {},
                        error -> LOG.warn("function {}: an instance failed to close", of.spec.name(), error),
                        () -> loop.execute(of::closed));
    }

    /** Closes a handler, within 2 s; logs errors. */
    Mono<Void> close(Handler handler) {
        return handler.close().timeout(CLOSE_TIMEOUT).onErrorResume(error -> {
            LOG.warn("function {}: an instance failed to close", pool.name(), error);
            return Mono.empty();
        });
    }

    /** Starts no more. */
    void end() {
        closed = true;
    }

    /** Whether it has ended. */
    boolean ended() {
        return closed;
    }

    /** Instances on their way. */
    int starting() {
        return starting;
    }

    /** Starts that failed since one last succeeded. */
    int failures() {
        return failures;
    }

    /** Starts that failed so far, from any thread. */
    long failedStarts() {
        return failedStarts.get();
    }

    /** Why an instance does not start, empty when all did; from any thread. */
    String problem() {
        return problem;
    }

    /** Seconds until a failed start is tried again, 1 at least; from any thread. */
    int retrySeconds() {
        var seconds = TimeUnit.NANOSECONDS.toSeconds(retryNanos - loop.nanos()) + 1;
        return (int) Math.max(1, Math.min(TimeUnit.NANOSECONDS.toSeconds(RESTART_MAX_NANOS), seconds));
    }
}

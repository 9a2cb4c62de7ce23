package dev.sluice.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A function's instances: as many as are wanted, started at once and again with a back-off of 1 s to 60 s when they fail
 * to. One that is not wanted any more, or has too many runs that ignored their cancel, gets no more leases and is closed
 * when its last one ends. Leases go to the instance that has had a free slot longest. Written by the home loop only.
 *
 * <p>A new version takes over instance by instance, a quarter of them at a time: one of the old drains when one of the new
 * has started. If none starts, the old ones stay.
 *
 * <pre>
 * starting ──► serving ──► draining ──► closed
 *     └─ not wanted any more ─────────────┘
 * </pre>
 */
final class InstancePool {
    private static final Logger LOG = LoggerFactory.getLogger(InstancePool.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final long RESTART_MIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RESTART_MAX_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Loop loop;
    private final Scheduler starter;
    private final Runnable changed;
    private final LongConsumer startNanos;
    private final List<Instance> serving = new ArrayList<>();
    private final List<Instance> draining = new ArrayList<>();
    /** Serving instances with a free slot; one appears once. */
    private final ArrayDeque<Instance> free = new ArrayDeque<>();

    private volatile Version version;

    /** Instances of this version on their way, those included that wait for their next attempt to start. */
    private int starting;

    /** Slots of the serving ones. */
    private int slots;

    private int leased;
    private int leasedOfDraining;
    private int startFailures;
    private int slotsCap = Integer.MAX_VALUE;
    private final Count starts = new Count();
    private final Count failedStarts = new Count();
    private volatile int wanted;
    private volatile boolean closed;
    private volatile int ready;
    private volatile String problem = "";
    /** When the next failed start is tried again. */
    private volatile long retryNanos;

    /**
     * @param starter runs constructors and starts, which may block
     * @param changed called on the loop when slots were added or taken away
     * @param startNanos told on the loop how long an instance took to start, its last attempt alone
     */
    InstancePool(FunctionSpec spec, Loop loop, Scheduler starter, Runnable changed, LongConsumer startNanos) {
        this.version = new Version(spec);
        this.loop = loop;
        this.starter = starter;
        this.changed = changed;
        this.startNanos = startNanos;
        this.wanted = spec.instances();
    }

    /** From now on so many are wanted: starts what is missing, drains those with the fewest leases; on the loop. */
    void resize(int instances) {
        if (closed) {
            return;
        }
        wanted = instances;
        retireSurplus();
        startMissing();
        changed.run();
    }

    /**
     * From now on instances are of another version; on the loop.
     *
     * @return the version before, which tells when the last handler of it is closed
     */
    Version replaceBy(FunctionSpec next, int instances) {
        var before = version;
        version = new Version(next);
        // Those of the version before that are still on their way are closed when they arrive.
        starting = 0;
        startFailures = 0;
        problem = "";
        before.superseded();
        resize(instances);
        return before;
    }

    /** Older versions go first, then those with the fewest leases. */
    private void retireSurplus() {
        while (serving.size() > wanted) {
            retire(serving.stream()
                    .min(Comparator.<Instance, Boolean>comparing(instance -> instance.version == version)
                            .thenComparingInt(Instance::leased))
                    .orElseThrow());
        }
    }

    /** Drains an instance that can't be relied on any more and starts another for it; on the loop. */
    void replace(Instance instance) {
        if (!closed && instance.serves()) {
            retire(instance);
            startMissing();
            changed.run();
        }
    }

    private void startMissing() {
        var current = 0;
        for (var instance : serving) {
            current += instance.version == version ? 1 : 0;
        }
        var atOnce = current == serving.size() ? wanted : Math.max(1, wanted / 4);
        while (current + starting < wanted && starting < atOnce) {
            starting++;
            start(version, RESTART_MIN_NANOS);
        }
    }

    private void retire(Instance instance) {
        instance.drain();
        serving.remove(instance);
        free.remove(instance);
        ready = serving.size();
        slots -= instance.slots();
        leasedOfDraining += instance.leased();
        draining.add(instance);
        closeWhenIdle(instance);
    }

    private void closeWhenIdle(Instance instance) {
        if (instance.leased() == 0 && draining.remove(instance)) {
            discard(instance.handler, instance.version);
        }
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
                .onErrorResume(error -> closed(handler).then(Mono.error(error)))
                .thenReturn(handler);
    }

    private Mono<Void> closed(Handler handler) {
        return handler.close().timeout(CLOSE_TIMEOUT).onErrorResume(error -> {
            LOG.warn("function {}: an instance failed to close", name(), error);
            return Mono.empty();
        });
    }

    /** A handler is ready; when the function has ended meanwhile, its loop may be gone, and it is closed right here. */
    private void made(Handler handler, Version of, long begunNanos) {
        if (closed) {
            discard(handler, of);
        } else {
            loop.execute(() -> started(handler, of, begunNanos));
        }
    }

    private void discard(Handler handler, Version of) {
        closed(handler)
                .subscribe(
                        nothing -> {},
                        error -> LOG.warn("function {}: an instance failed to close", name(), error),
                        () -> loop.execute(of::closed));
    }

    private String name() {
        return version.spec.name();
    }

    /** Adds an instance that is ready; on the loop. */
    private void started(Handler handler, Version of, long begunNanos) {
        if (of != version) {
            discard(handler, of);
            return;
        }
        starting--;
        if (closed || (serving.size() >= wanted && !supersedes())) {
            discard(handler, of);
            return;
        }
        starts.add(1);
        var instance = new Instance(handler, of, (int) starts.get());
        serving.add(instance);
        slots += instance.slots();
        startFailures = 0;
        startNanos.accept(loop.nanos() - begunNanos);
        free.addLast(instance);
        retireSurplus();
        ready = serving.size();
        if (ready >= wanted) {
            problem = "";
        }
        startMissing();
        changed.run();
    }

    /** Whether an instance of an older version serves, whose place a new one takes. */
    private boolean supersedes() {
        return serving.stream().anyMatch(instance -> instance.version != version);
    }

    private void failed(Version of, Throwable error, long backoffNanos) {
        of.closed();
        if (of != version) {
            return;
        }
        if (surplus()) {
            starting--;
            return;
        }
        startFailures++;
        failedStarts.add(1);
        problem = "an instance does not start: " + error;
        LOG.warn(
                "function {}: an instance does not start; next try in {} s",
                name(),
                TimeUnit.NANOSECONDS.toSeconds(backoffNanos),
                error);
        retryNanos = loop.nanos() + backoffNanos;
        loop.schedule(() -> startAgain(of, Math.min(2 * backoffNanos, RESTART_MAX_NANOS)), backoffNanos);
    }

    private void startAgain(Version of, long backoffNanos) {
        if (of != version) {
            return;
        }
        if (surplus()) {
            starting--;
        } else {
            start(of, backoffNanos);
        }
    }

    /** Whether one of those on their way is not wanted any more. */
    private boolean surplus() {
        return serving.stream().filter(instance -> instance.version == version).count() + starting > wanted;
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
        leased--;
        if (instance.free() == 0 && instance.serves()) {
            free.addLast(instance);
        }
        instance.giveBack();
        if (!instance.serves()) {
            leasedOfDraining--;
            closeWhenIdle(instance);
        }
    }

    /** Instances on their way. */
    int starting() {
        return starting;
    }

    /** Instances that lease no more and are not empty yet. */
    int draining() {
        return draining.size();
    }

    /** All of them: on their way, serving, draining. */
    int all() {
        return starting + serving.size() + draining.size();
    }

    /** Seconds until a failed start is tried again, 1 at least; from any thread. */
    int retrySeconds() {
        var seconds = TimeUnit.NANOSECONDS.toSeconds(retryNanos - loop.nanos()) + 1;
        return (int) Math.max(1, Math.min(TimeUnit.NANOSECONDS.toSeconds(RESTART_MAX_NANOS), seconds));
    }

    /** Starts that failed since one last succeeded. */
    int startFailures() {
        return startFailures;
    }

    /** Instances started so far, from any thread. */
    long starts() {
        return starts.get();
    }

    /** Starts that failed so far, from any thread. */
    long failedStarts() {
        return failedStarts.get();
    }

    int leased() {
        return leased;
    }

    /** Slots that can be leased; none while more are in use than {@link #cap} allows. */
    int freeSlots() {
        var free = slots - (leased - leasedOfDraining);
        return Math.max(0, Math.min(free, slotsCap - leased));
    }

    /** From now on no more slots than that are leased; those in use beyond it stay so. */
    void cap(int slots) {
        slotsCap = slots;
        changed.run();
    }

    /** The slots of all instances that are wanted, whether they have started or not. */
    int capacity() {
        return wanted * version.spec.concurrency();
    }

    /** Instances that are ready; from any thread. */
    int ready() {
        return ready;
    }

    /** Instances that are wanted; from any thread. */
    int wanted() {
        return wanted;
    }

    /** Why an instance does not start, empty when all did; from any thread. */
    String problem() {
        return problem;
    }

    /** Starts no more and closes all handlers; on the loop. Completes when they are, after 2 s at most; logs errors. */
    Mono<Void> close() {
        closed = true;
        ready = 0;
        var closing = Stream.concat(serving.stream(), draining.stream())
                .map(instance -> closed(instance.handler))
                .toList();
        serving.clear();
        draining.clear();
        slots = 0;
        free.clear();
        return Mono.when(closing);
    }
}

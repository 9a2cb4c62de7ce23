package dev.sluice.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
    private final Newcomers newcomers;
    private final Runnable changed;
    private final LongConsumer startNanos;
    private final List<Instance> serving = new ArrayList<>();
    private final List<Instance> draining = new ArrayList<>();
    /** Serving instances with a free slot; one appears once. */
    private final ArrayDeque<Instance> free = new ArrayDeque<>();

    private volatile Version version;

    /** Slots of the serving ones. */
    private int slots;

    private int leased;
    private int leasedOfDraining;
    private int slotsCap = Integer.MAX_VALUE;
    private final Count starts = new Count();
    private volatile int wanted;
    private volatile int ready;

    /**
     * @param starter runs constructors and starts, which may block
     * @param changed called on the loop when slots were added or taken away
     * @param startNanos told on the loop how long an instance took to start, its last attempt alone
     */
    InstancePool(FunctionSpec spec, Loop loop, Scheduler starter, Runnable changed, LongConsumer startNanos) {
        version = new Version(spec);
        newcomers = new Newcomers(this, loop, starter, version);
        this.changed = changed;
        this.startNanos = startNanos;
        this.wanted = spec.instances();
    }

    /** From now on so many are wanted: starts what is missing, drains those with the fewest leases; on the loop. */
    void resize(int instances) {
        if (newcomers.ended()) {
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
        newcomers.version(version);
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
        if (!newcomers.ended() && instance.serves()) {
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
        while (current + newcomers.starting() < wanted && newcomers.starting() < atOnce) {
            newcomers.start();
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
            newcomers.discard(instance.handler, instance.version);
        }
    }

    /** Whether an instance that has got ready is wanted: more serve not yet, or it takes the place of an older one. */
    boolean takes() {
        return serving.size() < wanted || serving.stream().anyMatch(instance -> instance.version != version);
    }

    /** Whether one of those on their way is not wanted any more. */
    boolean surplus() {
        return serving.stream().filter(instance -> instance.version == version).count() + newcomers.starting() > wanted;
    }

    /** Adds an instance that is ready; on the loop. */
    void started(Handler handler, Version of, long tookNanos) {
        starts.add(1);
        var instance = new Instance(handler, of, (int) starts.get());
        serving.add(instance);
        slots += instance.slots();
        startNanos.accept(tookNanos);
        free.addLast(instance);
        retireSurplus();
        ready = serving.size();
        if (ready >= wanted) {
            newcomers.complete();
        }
        startMissing();
        changed.run();
    }

    /** The function's. */
    String name() {
        return version.spec.name();
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

    /** Those on their way, and what became of starts. */
    Newcomers newcomers() {
        return newcomers;
    }

    /** Instances that lease no more and are not empty yet. */
    int draining() {
        return draining.size();
    }

    /** All of them: on their way, serving, draining. */
    int all() {
        return newcomers.starting() + serving.size() + draining.size();
    }

    /** Instances started so far, from any thread. */
    long starts() {
        return starts.get();
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

    /**
     * Slots that may be in use: of {@link #capacity} those of instances that serve, as far as {@link #cap} allows; while
     * none serves, what there will be. Another thread may see it a little late.
     */
    int usableSlots() {
        var serve = slots;
        return Math.min(slotsCap, serve == 0 ? capacity() : Math.min(serve, capacity()));
    }

    /** Instances that are ready; from any thread. */
    int ready() {
        return ready;
    }

    /** Instances that are wanted; from any thread. */
    int wanted() {
        return wanted;
    }

    /** Starts no more and closes all handlers; on the loop. Completes when they are, after 2 s at most; logs errors. */
    Mono<Void> close() {
        newcomers.end();
        ready = 0;
        var closing = Stream.concat(serving.stream(), draining.stream())
                .map(instance -> newcomers.close(instance.handler))
                .toList();
        serving.clear();
        draining.clear();
        slots = 0;
        free.clear();
        return Mono.when(closing);
    }
}

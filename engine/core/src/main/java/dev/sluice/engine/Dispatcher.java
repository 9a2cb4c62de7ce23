package dev.sluice.engine;

import dev.sluice.broker.Call;
import dev.sluice.broker.Intake;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.atomic.MpscLinkedAtomicQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Runs one function: the lanes of its triggers, its slots, its deadlines and its waits.
 *
 * <p><b>Design.</b> Everything that happens, on whatever thread, becomes a {@link Signal}: an arrival, the end of a run, an
 * acknowledgement, a command. Signals go into a queue with many producers and one consumer; who finds it idle ({@link
 * #wip} 0 → 1) has one drain scheduled on the home loop, which handles a bounded number of signals, then what is due, then
 * starts tries while slots are free, then asks the sources for more. All state but the queue, {@link #wip} and a few
 * counters is written by the home loop only and needs neither lock nor fence: handing a signal over is the
 * happens-before edge.
 *
 * <p><b>Limits.</b> The queue never refuses, because a completion must not be lost, and is bounded all the same: arrivals
 * by what was requested, ends of runs by the slots, acknowledgements by 256 a slot, calls by their own limit. It is
 * linked and not made of chunks: while one thread makes the next chunk all that hand over spin, and among a thousand
 * blocking runs that thread may be off its core for long.
 *
 * <p><b>Fairness.</b> Triggers with ready work stand in a ring; each may start {@code share} tries before the next one's
 * turn. A drain that has handled its share of signals goes to the end of the home loop's queue.
 */
final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final int SIGNALS_PER_DRAIN = 4_096;
    private static final int SIGNALS_PER_CLOCK = 64;
    private static final int RUNNABLE_MIN = 64;

    private static final long FULL_RECHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long BUDGET_RECHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private volatile FunctionSpec spec;
    private final Loop loop;
    private final Host host;
    private final InstancePool pool;
    private final RetryBudget budget = new RetryBudget();
    private final Logger functionLog;

    private final MpscLinkedAtomicQueue<Signal> signals = new MpscLinkedAtomicQueue<>();
    private final AtomicInteger wip = new AtomicInteger();
    private final CallGate calls = new CallGate(this);
    private final Runnable drainTask = this::drain;
    private final Rooms rooms = new Rooms();

    // Of the home loop.
    final Roster roster = new Roster();
    private final List<Pipeline> pipelines = roster.here();
    private final ArrayDeque<Pipeline> active = new ArrayDeque<>();
    private final ArrayDeque<Pipeline> touched = new ArrayDeque<>();
    private final PriorityQueue<Task.Wait> waits = new PriorityQueue<>();
    private long heldSinceDrain;
    private final WakeUp wakeUp;

    private final Leases leases = new Leases();
    private final Sizing sizing;
    /** Completes when the function has ended. */
    private final Sinks.One<Void> left = Sinks.one();

    private long recentNanos;
    private boolean wasFull;
    private int zombies;
    private final Leaving leaving = new Leaving(this);
    private @Nullable Draining drainingState;
    private volatile boolean closing;

    Dispatcher(FunctionSpec spec, Loop loop, Host host) {
        this.spec = spec;
        this.loop = loop;
        this.host = host;
        wakeUp = new WakeUp(loop, this::signal);
        functionLog = LoggerFactory.getLogger("dev.sluice.function." + spec.name());
        // Not the specification itself: what is kept for good must not keep a version's code.
        var name = spec.name();
        pool = new InstancePool(spec, loop, host.starter(), () -> signal(this::slotsChanged), nanos -> host.starts()
                .started(name, nanos));
        budget.capacity(pool.capacity());
        sizing = new Sizing(this, pipelines, spec);
        signal(() -> sizing.begin(spec, loop.nanos()));
    }

    // ---- from any thread

    /** Hands something that happened to the home loop. */
    void signal(Signal signal) {
        signals.offer(signal);
        if (wip.getAndIncrement() == 0) {
            loop.wake(drainTask);
        }
    }

    /** Adds a trigger and starts its reading. */
    Pipeline attach(TriggerSpec trigger) {
        return join(new Pipeline(this, trigger, false));
    }

    /** Adds a trigger that gives way to the others of the function, as {@link Roster#slotsBeside} says. */
    Pipeline attachBeside(TriggerSpec trigger) {
        return join(new Pipeline(this, trigger, true));
    }

    private Pipeline join(Pipeline pipeline) {
        signal(() -> {
            roster.join(pipeline);
            if (!pipeline.beside) {
                rooms.join(pipeline.room, pipeline.spec());
            }
            // Another version may have taken over since.
            pipeline.tries.version(spec);
            pipeline.open();
        });
        return pipeline;
    }

    /** As {@link Leaving#detach}. */
    Mono<Void> detach(Pipeline pipeline, Duration grace) {
        return leaving.detach(pipeline, grace, left.asMono());
    }

    /** Nothing of a trigger is open any more. */
    void remove(Pipeline pipeline) {
        roster.leave(pipeline);
        active.remove(pipeline);
    }

    /**
     * Has another version take over, instance by instance, from now on; what runs ends on the version it began on. What
     * is returned completes once the last instance of the version before is closed, or the function has ended.
     *
     * @throws IllegalArgumentException when the engine has not enough for its {@code min}
     */
    Mono<Void> redeploy(FunctionSpec next) {
        sizing.reserve(next);
        var replaced = Sinks.<Void>one();
        signal(() -> {
            if (closing) {
                replaced.tryEmitEmpty();
                return;
            }
            Mono.firstWithSignal(take(next).gone().asMono(), left.asMono())
                    .subscribe(nothing -> {}, error -> {}, replaced::tryEmitEmpty);
        });
        return replaced.asMono();
    }

    private Version take(FunctionSpec next) {
        var before = spec;
        spec = next;
        pipelines.forEach(pipeline -> pipeline.tries.version(next));
        return sizing.replace(before, next);
    }

    /** Admits a call, or refuses it at once. */
    Intake.Admission submit(Pipeline pipeline, Call call) {
        return calls.submit(pipeline, call);
    }

    Rooms rooms() {
        return rooms;
    }

    // ---- the drain, on the loop

    private void drain() {
        var missed = wip.get();
        while (true) {
            var handled = 0;
            for (Signal next; handled < SIGNALS_PER_DRAIN && (next = signals.relaxedPoll()) != null; handled++) {
                if (handled % SIGNALS_PER_CLOCK == 0) {
                    recentNanos = loop.nanos();
                }
                handle(next);
            }
            handle(this::turn);
            if (handled == SIGNALS_PER_DRAIN) {
                // Others live on this loop too. wip stays up, at least 1, so nobody else schedules.
                wip.addAndGet(1 - missed);
                loop.execute(drainTask);
                return;
            }
            missed = wip.addAndGet(-missed);
            if (missed == 0) {
                return;
            }
        }
    }

    /** Handles a signal at once, on the loop; throws nothing. */
    void handle(Signal signal) {
        try {
            signal.handle();
        } catch (Throwable bug) {
            // One event's trouble, be it an Error out of its author's code, must not end the loop for all others.
            checkFatal(bug);
            LOG.error("function {}: a signal could not be handled", spec.name(), bug);
        }
    }

    private void turn() {
        var now = loop.nanos();
        recentNanos = now;
        if (wakeUp.isDue(now)) {
            tick(now);
        }
        startTries(now);
        size(now);
        askForMore();
        if (heldSinceDrain != 0) {
            host.shared().hold(heldSinceDrain);
            heldSinceDrain = 0;
        }
        leaving.proceed(now);
        if (drainingState != null) {
            drainingState.proceed(now);
        }
    }

    private void tick(long now) {
        for (var wait = waits.peek(); wait != null && wait.dueNanos - now <= 0; wait = waits.peek()) {
            waits.remove();
            if (wait.current() && !wait.task.pipeline.settlement().waited(wait, now)) {
                await(wait.at(now + BUDGET_RECHECK_NANOS));
            }
        }
        if (!waits.isEmpty()) {
            wakeAt(waits.element().dueNanos);
        }
        for (var pipeline : pipelines) {
            pipeline.tick(now);
        }
        if (wasFull) {
            wasFull = false;
            pipelines.forEach(this::touch);
        }
        leaving.tick(now);
        if (drainingState != null && !drainingState.closed()) {
            wakeAt(drainingState.deadline());
        }
    }

    private void size(long now) {
        if (!closing && sizing.turn(now, !active.isEmpty())) {
            wakeAt(sizing.dueNanos());
        }
    }

    /** Starts tries while a slot is free; the trigger whose turn it is goes first. */
    private void startTries(long now) {
        while (pool.freeSlots() > 0 && !active.isEmpty() && !host.shared().tooManyZombies()) {
            var pipeline = active.getFirst();
            if (!pipeline.tries.hasWork(now)) {
                active.removeFirst();
                pipeline.active = false;
                continue;
            }
            var instance = pool.lease();
            if (instance == null) {
                return;
            }
            if (--pipeline.credit <= 0) {
                pipeline.credit = pipeline.spec().share();
                active.addLast(active.removeFirst());
            }
            touch(pipeline);
            pipeline.tries.start(instance, now);
        }
        if (!active.isEmpty() && host.shared().tooManyZombies()) {
            // They may be another function's, whose end nobody tells here.
            wakeAt(now + FULL_RECHECK_NANOS);
        }
    }

    private void askForMore() {
        if (touched.isEmpty()) {
            return;
        }
        var full = host.shared().full();
        var limit = Math.max(RUNNABLE_MIN, pool.freeSlots() + pool.capacity()) * spec.eventsPerTry();
        for (var pipeline = touched.pollFirst(); pipeline != null; pipeline = touched.pollFirst()) {
            pipeline.touched = false;
            pipeline.mindWindows();
            if (full) {
                wasFull = true;
                wakeAt(loop.nanos() + FULL_RECHECK_NANOS);
            } else {
                pipeline.demand(pipeline.beside ? limit / Roster.BESIDE_PART : rooms.part(pipeline.room, limit));
            }
        }
    }

    // ---- for pipelines and attempts, on the loop

    /** Looks at the pipeline's demand at the end of this drain. */
    void touch(Pipeline pipeline) {
        if (!pipeline.touched) {
            pipeline.touched = true;
            touched.addLast(pipeline);
        }
    }

    /** Lets the pipeline take part in the turns: it has, or may have, ready work. */
    void activate(Pipeline pipeline) {
        if (!pipeline.active) {
            pipeline.active = true;
            active.addLast(pipeline);
        }
    }

    /** Wakes the dispatcher at the given time, if nothing does so earlier. */
    void wakeAt(long dueNanos) {
        wakeUp.at(dueNanos);
    }

    /** Remembers a wait until its time. */
    void await(Task.Wait wait) {
        wait.begin();
        waits.add(wait);
        wakeAt(wait.dueNanos);
    }

    /** A try, or a stream, has got a slot. */
    void leased(long startNanos) {
        loop.serves();
        leases.begun(startNanos);
    }

    /** A try of so many events that had a slot is over, or a stream, and its slot free. */
    void ended(Instance instance, long startNanos, long ranNanos, int events) {
        leases.ended(startNanos, ranNanos, events);
        pool.giveBack(instance);
    }

    /** A slot was leased for nothing. */
    void slotFree(Instance instance) {
        pool.giveBack(instance);
    }

    /** How long slots were in use. */
    Leases leases() {
        return leases;
    }

    /** How many instances and slots it has. */
    Sizing sizing() {
        return sizing;
    }

    /** It has ended. */
    void ended() {
        sizing.end();
        left.tryEmitEmpty();
    }

    /** How the runs of calls ended, or those of topics' events; from any thread. */
    RunTotals runsOf(boolean calls) {
        return new RunTotals(roster, calls);
    }

    /** From now on so many instances are wanted; from any thread. */
    void resize(int instances) {
        signal(() -> pool.resize(instances));
    }

    private void slotsChanged() {
        budget.capacity(pool.capacity());
        pipelines.forEach(this::touch);
        pipelines.forEach(Pipeline::instancesChanged);
    }

    /** Whether ready events compete for the slots. */
    boolean contended() {
        if (pool.freeSlots() > 0) {
            return false;
        }
        for (var pipeline : active) {
            if (pipeline.tries.competes(recentNanos)) {
                return true;
            }
        }
        return false;
    }

    void hold(long bytes) {
        heldSinceDrain += bytes;
    }

    void callLeftQueue(Pipeline pipeline) {
        calls.left(pipeline);
    }

    void zombie(Instance instance, int change) {
        zombies += change;
        host.shared().zombie(change);
        if (instance.zombie(change)) {
            LOG.warn("function {}: an instance is replaced: too many of its runs ignore their cancel", spec.name());
            pool.replace(instance);
        }
    }

    void checkFatal(Throwable thrown) {
        if (thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError)) {
            host.options().onFatal().accept(thrown);
        }
    }

    InstancePool pool() {
        return pool;
    }

    int callsWaiting() {
        return calls.waiting();
    }

    RetryBudget budget() {
        return budget;
    }

    Host host() {
        return host;
    }

    FunctionSpec spec() {
        return spec;
    }

    Logger functionLog() {
        return functionLog;
    }

    long nanos() {
        return loop.nanos();
    }

    /** The time as it was some signals ago, in this drain; a look at the clock takes as long as much of an event's way. */
    long recentNanos() {
        return recentNanos;
    }

    // ---- the end

    /**
     * Stops pulling, gives back what has not started, lets what runs end within the grace, cancels the rest, leaves the
     * sources and closes the handlers. Completes then; cancel does not stop it.
     */
    Mono<Void> drain(Duration grace) {
        return Mono.defer(() -> {
            closing = true;
            var ended = Sinks.<Void>one();
            signal(() -> {
                if (drainingState == null) {
                    drainingState = new Draining(this, pipelines, loop.nanos() + grace.toNanos(), ended);
                    pipelines.forEach(pipeline -> pipeline.departures.drain());
                    wakeAt(drainingState.deadline());
                } else {
                    drainingState.also(ended);
                }
            });
            return ended.asMono();
        });
    }

    // ---- for those who look from outside; figures may be of slightly different moments

    /** Open events of the id, of all triggers. Does not answer once the function has ended. */
    Mono<List<OpenEvent>> open(String id) {
        return Mono.create(told -> signal(() -> told.success(new Whereabouts(this).of(id, pipelines))));
    }

    ScalingStatus scaling() {
        return FunctionReport.scaling(this, pipelines);
    }

    FunctionStatus status() {
        return FunctionReport.status(this, pipelines);
    }

    /** Runs that went past their deadline and have not ended. */
    int zombies() {
        return zombies;
    }

    /** Whether it takes nothing more. */
    boolean closing() {
        return closing;
    }
}

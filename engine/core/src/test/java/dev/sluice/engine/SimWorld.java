package dev.sluice.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One thread, one seed: the home loops of its engines, a clock that only moves when told, and everything that is under way
 * outside the engines, in an order that the seed decides.
 */
final class SimWorld {
    private record Timer(long due, long number, SimLoop home, Runnable task) {}

    final SplittableRandom random;
    /** Whether publishing, accepting and functions may go wrong. */
    boolean faults = true;

    private final List<SimLoop> loops = new ArrayList<>();
    private final List<Runnable> underWay = new ArrayList<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::number));
    private final List<BooleanSupplier> sources = new ArrayList<>();
    private SimLoop running;
    private AssertionError violation;
    private long now;
    private long timerNumber;

    SimWorld(long seed) {
        random = new SplittableRandom(seed);
    }

    /**
     * As an assertion, but for millions of times: no message is built when it holds. One that does not is kept and breaks
     * the step, since an engine takes whatever is thrown within it for its function's failure.
     */
    void check(boolean holds, Supplier<String> message) {
        if (!holds) {
            var broken = new AssertionError(message.get());
            if (violation == null) {
                violation = broken;
            }
            throw broken;
        }
    }

    /** Adds what delivers: asked again and again, it delivers one event, or answers false. */
    void add(BooleanSupplier source) {
        sources.add(source);
    }

    void remove(BooleanSupplier source) {
        sources.remove(source);
    }

    /** The home loop of an engine more. */
    SimLoop loop() {
        var loop = new SimLoop(this);
        loops.add(loop);
        return loop;
    }

    /** An engine's process ends. */
    void kill(SimLoop loop) {
        loop.kill();
        loops.remove(loop);
    }

    /** The loop whose task runs. */
    SimLoop running() {
        return running;
    }

    void running(SimLoop loop) {
        running = loop;
    }

    void timer(SimLoop home, Runnable task, long delayNanos) {
        timers.add(new Timer(now + delayNanos, timerNumber++, home, task));
    }

    long nanos() {
        return now;
    }

    /** Something outside that will happen at some time, after or before all else that is under way. */
    void later(Runnable happening) {
        underWay.add(happening);
    }

    /** One thing happens. False when nothing can but the passing of time. */
    boolean step() {
        var choice = random.nextInt(10);
        var happened = choice < 4 && runLoop() || choice < 7 && happen() || choice < 9 && emit();
        happened = happened || runLoop() || happen() || emit();
        if (violation != null) {
            throw violation;
        }
        return happened;
    }

    /** Moves the clock to the next timer, or only a part of the way; false when there is none. */
    boolean passTime() {
        var next = timers.peek();
        if (next == null) {
            return false;
        }
        var distance = Math.max(0, next.due() - now);
        if (distance > 1 && random.nextInt(4) == 0) {
            now += random.nextLong(distance);
            return true;
        }
        now += distance;
        timers.remove();
        next.home().execute(next.task());
        return true;
    }

    private boolean runLoop() {
        var count = loops.size();
        var first = count > 1 ? random.nextInt(count) : 0;
        for (var i = 0; i < count; i++) {
            if (loops.get((first + i) % count).runOne()) {
                return true;
            }
        }
        return false;
    }

    private boolean happen() {
        if (underWay.isEmpty()) {
            return false;
        }
        var at = random.nextInt(underWay.size());
        var happening = underWay.get(at);
        underWay.set(at, underWay.get(underWay.size() - 1));
        underWay.remove(underWay.size() - 1);
        happening.run();
        return true;
    }

    private boolean emit() {
        var count = sources.size();
        var first = count > 1 ? random.nextInt(count) : 0;
        for (var i = 0; i < count; i++) {
            if (sources.get((first + i) % count).getAsBoolean()) {
                return true;
            }
        }
        return false;
    }

    /** True once in {@code n}, and never when all goes well. */
    boolean fault(int n) {
        return faults && random.nextInt(n) == 0;
    }
}

package dev.sluice.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * One thread, one seed: a home loop, a clock that only moves when told, and everything that is under way outside the
 * engine, in an order that the seed decides.
 */
final class SimWorld implements Loop {
    private record Timer(long due, long number, Runnable task) {}

    final SplittableRandom random;
    /** Whether publishing, accepting and functions may go wrong. */
    boolean faults = true;

    private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    private final List<Runnable> underWay = new ArrayList<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::number));
    private final List<SimSource> sources = new ArrayList<>();
    private long now;
    private long timerNumber;

    SimWorld(long seed) {
        random = new SplittableRandom(seed);
    }

    void add(SimSource source) {
        sources.add(source);
    }

    @Override
    public void execute(Runnable task) {
        loop.addLast(task);
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        timers.add(new Timer(now + delayNanos, timerNumber++, task));
    }

    @Override
    public long nanos() {
        return now;
    }

    /** Something outside that will happen at some time, after or before all else that is under way. */
    void later(Runnable happening) {
        underWay.add(happening);
    }

    /** One thing happens. False when nothing can but the passing of time. */
    boolean step() {
        var choice = random.nextInt(10);
        if (choice < 4 && runLoop() || choice < 7 && happen() || choice < 9 && emit()) {
            return true;
        }
        return runLoop() || happen() || emit();
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
        loop.addLast(next.task());
        return true;
    }

    private boolean runLoop() {
        var task = loop.pollFirst();
        if (task == null) {
            return false;
        }
        task.run();
        return true;
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
        var first = random.nextInt(sources.size());
        for (var i = 0; i < sources.size(); i++) {
            if (sources.get((first + i) % sources.size()).emit()) {
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

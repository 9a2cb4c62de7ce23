package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A home loop that runs on the test's thread when told, with a clock that the test moves. Others may hand tasks in. */
final class ManualLoop implements Loop {
    private record Timer(long due, long number, Runnable task) {}

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::number));
    private volatile long now = 1_000_000_000_000L;
    private long timerNumber;
    private boolean served;
    private volatile int wakes;

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void wake(Runnable task) {
        wakes++;
        execute(task);
    }

    /** How often it was woken for what stands in a queue. */
    int wakes() {
        return wakes;
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        timers.add(new Timer(now + delayNanos, timerNumber++, task));
    }

    @Override
    public void serves() {
        served = true;
    }

    /** Whether a function has run on it. */
    boolean served() {
        return served;
    }

    @Override
    public long nanos() {
        return now;
    }

    /** Runs what was handed in, and what follows from it, without moving the clock. */
    void run() {
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Moves the clock and runs what is due, each at its time. */
    void advance(Duration by) {
        var target = now + by.toNanos();
        run();
        for (var next = timers.peek(); next != null && next.due() - target <= 0; next = timers.peek()) {
            timers.remove();
            now = Math.max(now, next.due());
            tasks.add(next.task());
            run();
        }
        now = target;
        run();
    }

    /** Runs what other threads hand in until the condition holds; fails after 5 s of real time. */
    void runUntil(BooleanSupplier holds) {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        run();
        while (!holds.getAsBoolean() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(100_000);
            run();
        }
        assertThat(holds.getAsBoolean()).as("holds within 5 s").isTrue();
    }

    /** Timers that have not fired. */
    int timersSet() {
        return timers.size();
    }
}

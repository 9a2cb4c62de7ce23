package dev.sluice.engine;

import java.util.ArrayDeque;

/** The home loop of one simulated engine, whose clock is the world's; nothing runs on it once its process was killed. */
final class SimLoop implements Loop {
    private final SimWorld world;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean killed;

    SimLoop(SimWorld world) {
        this.world = world;
    }

    @Override
    public void execute(Runnable task) {
        if (!killed) {
            tasks.addLast(task);
        }
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        world.timer(this, task, delayNanos);
    }

    @Override
    public long nanos() {
        return world.nanos();
    }

    /** Runs the next task; false when there is none. */
    boolean runOne() {
        var task = tasks.pollFirst();
        if (task == null) {
            return false;
        }
        world.running(this);
        task.run();
        return true;
    }

    /** The process ends as by kill -9. */
    void kill() {
        killed = true;
        tasks.clear();
    }

    boolean isKilled() {
        return killed;
    }
}

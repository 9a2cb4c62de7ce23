package dev.sluice.engine;

/** The home event loop of a dispatcher: one thread, tasks one after another in the order they came. */
interface Loop {
    /** Runs the task on the loop, after what was handed in before it. From any thread; never refuses while open. */
    void execute(Runnable task);

    /**
     * The same for a task that starts the handling of what is in a queue already. It may come at the end of the calling
     * event loop's turn, so that what is put into the queue until then, by this thread or another, costs no further
     * wake-up, and waits for that end too.
     */
    default void wake(Runnable task) {
        execute(task);
    }

    /** Runs the task on the loop once the delay has passed. */
    void schedule(Runnable task, long delayNanos);

    /** A function is about to run on it. On the loop; each time costs no more than a look. */
    default void serves() {}

    /** The monotonic clock. */
    long nanos();
}

package dev.sluice.engine;

/**
 * A function as it is at the moment, for those who look from outside.
 *
 * @param name its name
 * @param handler its handler as named in the manifest
 * @param shape how the handler is called, such as {@code reactive Order -> Invoice}
 * @param state STARTING, READY, FAILED (no instance starts; see {@code detail}) or DRAINING
 * @param detail a sentence, empty when all is well
 * @param instances instances that are ready
 * @param instancesWanted instances that should be
 * @param concurrency slots of one instance
 * @param leased slots in use
 * @param runnable events that wait for nothing but a slot
 * @param callsWaiting calls that wait for a slot
 * @param zombies runs that went past their deadline and have not ended
 * @param runs tries ended
 * @param failures tries that failed
 */
public record FunctionStatus(
        String name,
        String handler,
        String shape,
        State state,
        String detail,
        int instances,
        int instancesWanted,
        int concurrency,
        int leased,
        int runnable,
        int callsWaiting,
        int zombies,
        long runs,
        long failures) {
    /** How far a function is. */
    public enum State {
        STARTING,
        READY,
        FAILED,
        DRAINING
    }
}

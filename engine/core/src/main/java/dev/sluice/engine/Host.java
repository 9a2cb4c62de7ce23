package dev.sluice.engine;

import java.time.InstantSource;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import reactor.core.scheduler.Scheduler;

/**
 * What all dispatchers of an engine get from outside: limits, threads, randomness, the wall clock.
 *
 * @param options the limits
 * @param shared what counts for all of them together
 * @param workers runs blocking functions
 * @param starter runs constructors and starts of handlers, which may block
 * @param random for jitter
 * @param clock the time that dead letters and decisions carry
 * @param cpu how busy the machine's CPUs are, 0 to 1
 * @param starts told of every instance that has started
 */
record Host(
        EngineOptions options,
        Shared shared,
        Workers workers,
        Scheduler starter,
        RandomGenerator random,
        InstantSource clock,
        DoubleSupplier cpu,
        Starts starts) {
    /** Is told how long instances took to start; on a function's home loop. */
    @FunctionalInterface
    interface Starts {
        void started(String function, long nanos);
    }
}

package dev.sluice.engine;

import dev.sluice.engine.journal.Journal;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What all dispatchers of an engine share: the bytes they hold, the threads that zombies
 * sit on, their instances; all with a limit. */
final class Shared {
    private final AtomicLong heldBytes = new AtomicLong();
    private final AtomicInteger zombies = new AtomicInteger();
    private final long heldBytesMax;
    private final int zombiesMax;
    private final Ceiling ceiling;
    private final Journal journal;

    Shared(EngineOptions options) {
        heldBytesMax = options.heldBytesMax();
        zombiesMax = options.zombiesMax();
        ceiling = new Ceiling(options.ceilings());
        journal = new Journal(options.journal());
    }

    /** What was decided on events lately. */
    Journal journal() {
        return journal;
    }

    /** What the functions together may have. */
    Ceiling ceiling() {
        return ceiling;
    }

    void hold(long bytes) {
        heldBytes.addAndGet(bytes);
    }

    boolean full() {
        return heldBytes.get() >= heldBytesMax;
    }

    /** How many bytes events may hold before no more are asked for. */
    long heldBytesMax() {
        return heldBytesMax;
    }

    long heldBytes() {
        return heldBytes.get();
    }

    void zombie(int change) {
        zombies.addAndGet(change);
    }

    boolean tooManyZombies() {
        return zombies.get() > zombiesMax;
    }

    int zombies() {
        return zombies.get();
    }

    int zombiesMax() {
        return zombiesMax;
    }

    /** Registers the meters of all this; they stay as long as the registry. */
    void meters(MeterRegistry registry) {
        EngineMeters.HELD_BYTES.bind(registry, this, Shared::heldBytes);
        EngineMeters.HELD_MAX.bind(registry, this, Shared::heldBytesMax);
        EngineMeters.ZOMBIES.bind(registry, this, Shared::zombies);
        EngineMeters.JOURNAL_BYTES.bind(registry, journal, Journal::bytes);
        EngineMeters.JOURNAL_EVICTED.bind(registry, journal, Journal::evicted);
    }
}

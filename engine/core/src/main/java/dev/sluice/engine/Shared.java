package dev.sluice.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What all dispatchers of an engine share: the bytes they hold and the threads that zombies sit on, both with a limit. */
final class Shared {
    private final AtomicLong heldBytes = new AtomicLong();
    private final AtomicInteger zombies = new AtomicInteger();
    private final long heldBytesMax;
    private final int zombiesMax;

    Shared(EngineOptions options) {
        heldBytesMax = options.heldBytesMax();
        zombiesMax = options.zombiesMax();
    }

    void hold(long bytes) {
        heldBytes.addAndGet(bytes);
    }

    boolean full() {
        return heldBytes.get() >= heldBytesMax;
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
}

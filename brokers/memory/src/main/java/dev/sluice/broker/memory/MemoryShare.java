package dev.sluice.broker.memory;

import org.jspecify.annotations.Nullable;

/** A partition as a group sees it. Guarded by the topic's lock; the owner may be read without it. */
final class MemoryShare {
    final int partition;
    final OffsetWindow window;
    /** Where the group began. */
    final long first;
    /** Who reads it now. */
    volatile @Nullable MemoryMember owner;
    /** Who is to read it. */
    @Nullable
    MemoryMember target;

    /** Why the owner gets no more of it. */
    @Nullable
    MemoryRevocation revocation;
    /** Deliveries of an earlier one are void. */
    int epoch;

    MemoryShare(int partition, long position) {
        this.partition = partition;
        this.first = position;
        this.window = new OffsetWindow(position);
    }
}

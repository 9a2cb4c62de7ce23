package dev.sluice.broker.kafka;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A record that was fetched and is not done: one element of its tracker's list of open offsets. A source may extend it
 * with what it keeps of the record, so that an open record is one object.
 *
 * <p>Whatever is not private belongs to {@link OffsetTracker}; {@link #tries} may be read from any thread.
 */
class OpenOffset {
    private static final VarHandle DONE;
    private static final VarHandle TRIES;

    static {
        try {
            var lookup = MethodHandles.lookup();
            DONE = lookup.findVarHandle(OpenOffset.class, "done", boolean.class);
            TRIES = lookup.findVarHandle(OpenOffset.class, "tries", int.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private final long offset;

    @SuppressWarnings("UnusedVariable") // by its handle
    private boolean done;

    @SuppressWarnings("UnusedVariable") // by its handle
    private int tries;

    /** Readers that went away while it was one of the lowest open ones. The poll thread's. */
    int deaths;

    /** Its neighbours among the open ones; itself when it is no element of a list. The poll thread's. */
    OpenOffset lower = this;

    OpenOffset higher = this;

    /** Long gaps below it, and the offsets in them, since the tracker began. The poll thread's. */
    int longGapsBelow;

    long longGapOffsetsBelow;

    /** The next one of those that are done and still in the list; written before it is published there. */
    @Nullable
    OpenOffset nextDone;

    OpenOffset(long offset) {
        this.offset = offset;
    }

    public final long offset() {
        return offset;
    }

    /** Tries that are known to have begun, earlier readers' included. From any thread. */
    final int tries() {
        return (int) TRIES.getOpaque(this);
    }

    final void tries(int begun) {
        TRIES.setOpaque(this, begun);
    }

    /** Whether it is done. From any thread. */
    final boolean isDone() {
        return (boolean) DONE.getVolatile(this);
    }

    /** Claims the right to say that it is done; true once. */
    final boolean claimDone() {
        return DONE.compareAndSet(this, false, true);
    }

    final boolean isListed() {
        return higher != this;
    }
}

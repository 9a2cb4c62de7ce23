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
    private static final int OPEN = 0;
    private static final int CLAIMED = 1;
    private static final int PUBLISHED = 2;
    private static final VarHandle STATE;
    private static final VarHandle TRIES;

    static {
        try {
            var lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(OpenOffset.class, "state", int.class);
            TRIES = lookup.findVarHandle(OpenOffset.class, "tries", int.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private final long offset;

    @SuppressWarnings("UnusedVariable") // by its handle
    private int state;

    @SuppressWarnings("UnusedVariable") // by its handle
    private int tries;

    /** Readers that went away while it was one of the lowest open ones. The poll thread's. */
    int deaths;

    /** Whether it is one of those that its tracker puts down for a death. The poll thread's. */
    boolean countsDeath;

    /** Its neighbours among the open ones; itself when it is no element of a list. The poll thread's. */
    OpenOffset lower = this;

    OpenOffset higher = this;

    /** Long gaps below it, and the offsets in them, since the tracker began. The poll thread's. */
    int longGapsBelow;

    long longGapOffsetsBelow;

    /** The next one of those that are done and still in the list; written before it is published there. */
    @Nullable
    OpenOffset nextDone;

    /** The record that is done when this is found among those that are: itself, or the one that it stands in for. */
    final OpenOffset settles;

    OpenOffset(long offset) {
        this.offset = offset;
        this.settles = this;
    }

    private OpenOffset(OpenOffset settles) {
        this.offset = settles.offset;
        this.settles = settles;
    }

    /** Stands in for it among those that are done. */
    final OpenOffset standIn() {
        return new OpenOffset(this);
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
        return (int) STATE.getVolatile(this) != OPEN;
    }

    /** Claims the right to say that it is done; true once. */
    final boolean claimDone() {
        return STATE.compareAndSet(this, OPEN, CLAIMED);
    }

    /** Says that the poll thread can see that it is done. */
    final void donePublished() {
        STATE.setRelease(this, PUBLISHED);
    }

    final boolean isDonePublished() {
        return (int) STATE.getAcquire(this) == PUBLISHED;
    }

    final boolean isListed() {
        return higher != this;
    }
}

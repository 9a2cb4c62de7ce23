package dev.sluice.engine;

import dev.sluice.function.Received;
import io.cloudevents.CloudEvent;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One event in the hands of a stream. The function's calls come on any thread and decide by {@link #state} alone, whose
 * first change wins; what follows is done on the home loop, as this signal.
 */
final class ReceivedEvent implements Received<Object>, Signal {
    private static final int OPEN = 0;
    private static final int ACCEPTED = 1;
    private static final int REJECTED = 2;
    private static final int RELEASED = 3;
    /** Not the stream's any more. */
    private static final int TAKEN = 4;

    private static final int STATE_BITS = 3;
    private static final int STATE_MASK = (1 << STATE_BITS) - 1;

    private static final AtomicLongFieldUpdater<ReceivedEvent> STATE =
            AtomicLongFieldUpdater.newUpdater(ReceivedEvent.class, "state");

    final Task task;
    /** When the stream got it. */
    final long handedNanos;

    private final StreamRun run;
    private final Object value;
    /**
     * One of the above, and in the bits beyond these how many answers the stream had emitted when the event was settled.
     * They are written together: of two threads that settle it, only the one that wins says how many.
     */
    private volatile long state = OPEN;

    private int answers;
    private @Nullable Throwable rejection;

    ReceivedEvent(StreamRun run, Task task, Object value, long now) {
        handedNanos = now;
        this.run = run;
        this.task = task;
        this.value = value;
    }

    @Override
    public Object value() {
        return value;
    }

    @Override
    public CloudEvent event() {
        return task.event();
    }

    @Override
    public boolean accept() {
        return settle(ACCEPTED);
    }

    @Override
    public boolean reject(Throwable why) {
        Objects.requireNonNull(why, "why");
        if (state != OPEN) {
            return false;
        }
        // Of two that reject at once one wins, and either reason is one of this event's.
        rejection = why;
        return settle(REJECTED);
    }

    @Override
    public boolean release() {
        return settle(RELEASED);
    }

    private boolean settle(int to) {
        if (state != OPEN) {
            return false;
        }
        if (!STATE.compareAndSet(this, OPEN, run.emitted() << STATE_BITS | to)) {
            return false;
        }
        run.signal(this);
        return true;
    }

    @Override
    public synchronized CloudEvent answer(Object answer) {
        return run.answer(answer, task.event(), ++answers);
    }

    // ---- on the home loop

    @Override
    public void handle() {
        switch ((int) state & STATE_MASK) {
            case ACCEPTED -> run.accepted(this);
            case REJECTED -> run.rejected(this, Objects.requireNonNull(rejection));
            case RELEASED -> run.released(this);
            default -> {}
        }
    }

    /** Takes it from the stream unless the function has settled it. */
    boolean takeIfOpen() {
        return STATE.compareAndSet(this, OPEN, TAKEN);
    }

    /** Takes it from the stream: from now on no call has an effect. */
    void take() {
        state = TAKEN;
    }

    /** Whether the stream has not settled it. */
    boolean isOpen() {
        return state == OPEN;
    }

    /** Answers that have to be stored before it may be accepted. */
    long after() {
        return state >>> STATE_BITS;
    }
}

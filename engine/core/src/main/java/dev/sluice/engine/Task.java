package dev.sluice.engine;

import dev.sluice.broker.Call;
import dev.sluice.broker.Delivery;
import io.cloudevents.CloudEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * One event's way through the engine: its delivery, its place in a lane, its tries, and the subscriber of its settling.
 * All fields belong to the home loop but {@link #stepError}, which the settling thread writes before it signals.
 */
final class Task extends TimerList.Node<Task> implements CoreSubscriber<Void>, Signal {
    /** Where the event is. */
    enum State {
        /** In its lane, ready or behind others. */
        QUEUED(true),
        /** Runs, or its outcome is being stored. */
        IN_FLIGHT(false),
        /** In back-off. */
        WAITING(true),
        /** Its dead letter could not be stored. */
        PARKED(true),
        /** Settled. */
        DONE(false),
        /** Given back to its source. */
        RELEASED(false);

        private final boolean grounded;

        State(boolean grounded) {
            this.grounded = grounded;
        }

        /** Whether it can be given back at once. */
        boolean grounded() {
            return grounded;
        }
    }

    /** What its next signal tells about. */
    enum Step {
        ARRIVING,
        RUNNING,
        ACCEPTING,
        DEAD_LETTERING
    }

    final Pipeline pipeline;
    final Delivery delivery;
    /** What it holds in memory; known once it has arrived on the home loop. */
    int bytes;

    State state = State.QUEUED;
    Step step = Step.ARRIVING;

    private @Nullable Lane lane;
    private @Nullable CloudEvent event;

    @Nullable
    Task nextInLane;

    @Nullable
    Task nextOpen;

    @Nullable
    Task previousOpen;

    /** Tries begun, earlier readers' included. */
    int tries;

    /** Whether one was begun here. */
    boolean tried;

    long firstTryNanos;

    /** The largest batch it may be part of; smaller after its batch failed as a whole. */
    int batchMax = Integer.MAX_VALUE;

    /** The try that runs, if one does. */
    @Nullable
    Attempt attempt;

    /** Its partition went to someone else while it was in flight: whatever comes of it is not settled. */
    boolean lost;

    /** The timer it waits on; one that is not this any more is stale. */
    @Nullable
    Wait wait;

    /** Why it becomes a dead letter. */
    @Nullable
    String reason;

    @Nullable
    Throwable error;

    /** Whether the journal is told all about it; also read by the try that runs. Two bits, for which there is room. */
    boolean noted;

    /** Whether something has gone wrong with it. */
    boolean troubled;

    /** Whether it counts among the calls that wait for a slot. */
    boolean waitingCall;

    /** How often its acceptance failed. */
    int acceptFailures;

    private @Nullable Throwable stepError;

    /**
     * The loop's thread while it begins a step. Only that thread writes it, so a thread that finds itself here is in that
     * beginning, and no other can.
     */
    private @Nullable Thread stepper;

    /** Whether the step ended as it was begun; the loop's. */
    private boolean stepEnded;

    Task(Pipeline pipeline, Delivery delivery) {
        this.pipeline = pipeline;
        this.delivery = delivery;
    }

    Lane lane() {
        if (lane == null) {
            throw new IllegalStateException("task without a lane");
        }
        return lane;
    }

    void lane(Lane to) {
        lane = to;
    }

    /** It is on the home loop: asks the delivery what the thread that delivered it had no time for. */
    void arrived() {
        step = Step.RUNNING;
        bytes = delivery.sizeBytes();
        tries = delivery.triesBefore();
    }

    /** A try of it has begun, or a stream has got it. */
    void begun() {
        tries++;
        delivery.triesBegun(tries);
    }

    /** Whether it is of a batch or a window that failed, whose repetition must not grow. */
    boolean repeats() {
        return batchMax != Integer.MAX_VALUE || repetition() != null;
    }

    /** The window that failed and is to be repeated as it was, of which it is one; null when it is of none. */
    @Nullable
    Wait repetition() {
        var waited = wait;
        return waited != null && waited.window != null && state == State.QUEUED ? waited : null;
    }

    /** The event; decoded when first asked for, which is on the home loop and not on the thread that delivers. */
    CloudEvent event() {
        var known = event;
        if (known == null) {
            known = delivery.event();
            event = known;
        }
        return known;
    }

    /** Whether its lane may forget it. */
    boolean gone() {
        return state == State.DONE || state == State.RELEASED;
    }

    /** The caller who waits, if one does. */
    @Nullable
    Call call() {
        return delivery instanceof Call call ? call : null;
    }

    @Override
    public void handle() {
        if (step == Step.ARRIVING) {
            arrived();
            pipeline.arrivals.arrived(this);
        } else {
            stepped();
        }
    }

    private void stepped() {
        var failed = stepError;
        stepError = null;
        pipeline.settlement().stepped(this, failed);
    }

    /** Takes a step of its settling. One that ends at once, as most do, takes no way through the queue of signals. */
    void step(Mono<Void> settling) {
        stepper = Thread.currentThread();
        try {
            settling.subscribe(this);
        } catch (RuntimeException bad) {
            onError(bad);
        }
        stepper = null;
        if (stepEnded) {
            stepEnded = false;
            stepped();
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Void nothing) {}

    @Override
    public void onError(Throwable error) {
        stepError = error;
        onComplete();
    }

    @Override
    public void onComplete() {
        if (Thread.currentThread() == stepper) {
            stepEnded = true;
        } else {
            pipeline.signal(this);
        }
    }

    /** A time at which something is done about a task. */
    static final class Wait implements Comparable<Wait> {
        final Task task;
        final long dueNanos;
        /** From when on a retry no longer waits for the budget. */
        final long overdueNanos;
        /** All that wait together, the task included; null for one alone. */
        final @Nullable List<Task> window;

        Wait(Task task, long dueNanos, long overdueNanos) {
            this(task, dueNanos, overdueNanos, null);
        }

        private Wait(Task task, long dueNanos, long overdueNanos, @Nullable List<Task> window) {
            this.task = task;
            this.dueNanos = dueNanos;
            this.overdueNanos = overdueNanos;
            this.window = window;
        }

        /** A window that waits for its repetition. */
        static Wait of(List<Task> window, long dueNanos, long overdueNanos) {
            return new Wait(window.get(0), dueNanos, overdueNanos, window);
        }

        /** The same at another time. */
        Wait at(long otherNanos) {
            return new Wait(task, otherNanos, overdueNanos, window);
        }

        /** Those who wait hear this from now on, and no other. */
        void begin() {
            if (window == null) {
                task.wait = this;
                return;
            }
            for (var each : window) {
                if (!each.gone()) {
                    each.wait = this;
                }
            }
        }

        /** Whether anybody still waits for this. */
        boolean current() {
            return window == null
                    ? task.wait == this
                    : window.stream().anyMatch(each -> each.wait == this && each.state == State.WAITING);
        }

        @Override
        public int compareTo(Wait other) {
            return Long.signum(dueNanos - other.dueNanos);
        }
    }
}

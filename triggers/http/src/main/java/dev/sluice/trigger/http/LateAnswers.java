package dev.sluice.trigger.http;

import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers on their way from other threads to one event loop, as from a broker's that tells of a hundred stored records in
 * a row. The first of them wakes the loop; those that follow until it comes by are written in the same turn, so that the
 * other thread pays for a queue and not for a task, a wake-up and a response each.
 *
 * <p>Any thread adds, whoever set {@link #scheduled} drains. Each open request stands here once at most, so their limit
 * is the queue's.
 */
final class LateAnswers implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LateAnswers.class);
    private static final int CHUNK = 256;
    /** Answers of one turn: then the loop reads again. */
    private static final int TURN_MAX = 256;

    private final Executor loop;
    private final MpscUnboundedAtomicArrayQueue<Runnable> answers = new MpscUnboundedAtomicArrayQueue<>(CHUNK);
    private final AtomicBoolean scheduled = new AtomicBoolean();

    LateAnswers(Executor loop) {
        this.loop = loop;
    }

    /** Has the answer written on the loop; it must not throw. */
    void add(Runnable answer) {
        answers.offer(answer);
        // Without it the look may come before the offer is seen, and the turn that just ends see neither:
        // a queue that is getting its next chunk calls itself empty.
        VarHandle.fullFence();
        // The plain look first: while a turn is due, adding writes to nothing that others read.
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            schedule();
        }
    }

    @Override
    public void run() {
        if (turn()) {
            schedule();
        }
    }

    private void schedule() {
        try {
            loop.execute(this);
        } catch (RejectedExecutionException ended) {
            // The connections ended with their loop. What their requests hold is given back all the same, here.
            var more = true;
            while (more) {
                more = turn();
            }
        }
    }

    /** What one answer throws must not keep those behind it for ever. */
    @SuppressWarnings("CatchingUnchecked")
    private static void write(Runnable answer) {
        try {
            answer.run();
        } catch (Throwable bug) {
            LOG.error("an answer could not be written", bug);
        }
    }

    /** Writes what is here; true when more has come and this thread is still the one to see to it. */
    private boolean turn() {
        for (var i = 0; i < TURN_MAX; i++) {
            // Relaxed: it does not wait for an adder that was held up half-way; the queue is not empty then.
            var answer = answers.relaxedPoll();
            if (answer == null) {
                break;
            }
            write(answer);
        }
        scheduled.set(false);
        return !answers.isEmpty() && scheduled.compareAndSet(false, true);
    }
}

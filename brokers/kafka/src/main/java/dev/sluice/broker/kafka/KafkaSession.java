package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import dev.sluice.broker.Control.Change;
import dev.sluice.broker.Control.Outgoing;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * A session: its work, done in turn. While there is some, one thread of {@link KafkaControl} does it; the
 * {@link Transactions} are touched by that thread only, each seeing what the one before it did through the lock of the
 * queue.
 */
final class KafkaSession implements Control.Session {
    /** Commits of a session that wait. */
    static final int COMMITS_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(KafkaSession.class);

    private final KafkaControl control;
    private final String name;
    private final Executor threads;
    private final Executor beside;
    private final ArrayDeque<Work> work = new ArrayDeque<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private boolean working;
    private boolean closing;
    private @Nullable Transactions transactions;
    private volatile Map<String, byte[]> states = Map.of();

    KafkaSession(KafkaControl control, String name, Executor threads) {
        this(control, name, threads, work -> control.thread(work).start());
    }

    /**
     * @param threads where it works; throws {@link BrokerException} when none of them is free
     * @param beside a thread beside those. Either throws {@link OutOfMemoryError} when the process can have no more.
     */
    KafkaSession(KafkaControl control, String name, Executor threads, Executor beside) {
        this.control = control;
        this.name = name;
        this.threads = threads;
        this.beside = beside;
    }

    /**
     * Something to do in turn.
     *
     * @param refused called instead, when there is no thread that does it
     */
    private record Work(Runnable step, Consumer<BrokerException> refused) {}

    /** Opens it and answers it. */
    void begin(MonoSink<Control.Session> opener) {
        var accepted = enqueue(new Work(() -> open(opener), noThread -> {
            opener.error(noThread);
            closeSoon();
        }));
        if (!accepted) {
            opener.error(control.errors().unavailable("too much waits for its control topic"));
            control.ended(this);
        }
    }

    private void open(MonoSink<Control.Session> opener) {
        if (control.isClosed()) {
            opener.error(control.errors().closed());
            closeSoon();
            return;
        }
        try {
            var opened = Transactions.open(control, name);
            transactions = opened;
            states = opened.readStates();
            opener.success(this);
        } catch (RuntimeException | LinkageError failed) {
            opener.error(control.of(failed));
            closeSoon();
        }
    }

    @Override
    public Map<String, byte[]> states() {
        return states;
    }

    @Override
    public Mono<Void> commit(List<Outgoing> events, List<Change> changes) {
        Control.requireCommit(events, changes);
        var sent = List.copyOf(events);
        var changed = List.copyOf(changes);
        return Mono.create(sender -> {
            var work = new Work(
                    () -> commit(sent, changed, sender),
                    noThread -> sender.error(
                            new BrokerException.Full(control.topic(), String.valueOf(noThread.getMessage()))));
            if (!enqueue(work)) {
                sender.error(
                        isClosing()
                                ? closedException()
                                : new BrokerException.Full(control.topic(), COMMITS_MAX + " commits wait already"));
            }
        });
    }

    private BrokerException closedException() {
        return control.errors().unavailable("session '" + name + "' is closed");
    }

    private void commit(List<Outgoing> events, List<Change> changes, MonoSink<Void> sender) {
        var open = transactions;
        if (open == null) {
            sender.error(closedException());
            return;
        }
        try {
            open.commit(events, changes);
            control.committed();
        } catch (RuntimeException | LinkageError failed) {
            // What went wrong by itself leaves the session as it was; of anything else nobody knows what comes next.
            if (!(failed instanceof BrokerException.TooLarge) && !(failed instanceof BrokerException.Refused)) {
                closeNow();
            }
            sender.error(failed instanceof Control.Fenced ? failed : control.of(failed));
            return;
        }
        sender.success();
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> Mono.fromFuture(end(), true));
    }

    /** Closes it behind what waits. */
    CompletableFuture<Void> end() {
        closeSoon();
        return ended;
    }

    /** As {@link #end}, for nobody who waits. */
    void closeSoon() {
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
            work.add(new Work(this::closeNow, noThread -> closeBeside()));
        }
        serve();
    }

    /** A producer must be closed: there are fewer sessions than would do harm with a thread each. */
    private void closeBeside() {
        try {
            beside.execute(this::closeNow);
        } catch (OutOfMemoryError noThread) {
            // Who asked for it is held up, within the limit of closing a producer; else it would never be closed.
            closeNow();
        }
    }

    private void closeNow() {
        synchronized (this) {
            closing = true;
        }
        var open = transactions;
        transactions = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (RuntimeException failed) {
            LOG.atWarn()
                    .log(
                            "session '{}' did not close well: {}",
                            name,
                            control.errors().why(failed));
        } finally {
            control.ended(this);
            ended.complete(null);
        }
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    private boolean enqueue(Work task) {
        synchronized (this) {
            if (closing || work.size() >= COMMITS_MAX) {
                return false;
            }
            work.add(task);
        }
        serve();
        return true;
    }

    private void serve() {
        synchronized (this) {
            if (working || work.isEmpty()) {
                return;
            }
            working = true;
        }
        try {
            threads.execute(this::work);
        } catch (BrokerException noThread) {
            refuseAll(noThread);
        } catch (OutOfMemoryError noThread) {
            // What a thread pool throws when the system gives the process no more threads.
            refuseAll(control.errors().unavailable("its control topic gets no thread: " + noThread.getMessage()));
        }
    }

    /** Others may have queued behind the one that asked for the thread: nobody else would serve them. */
    private void refuseAll(BrokerException noThread) {
        List<Work> left;
        synchronized (this) {
            left = List.copyOf(work);
            work.clear();
            working = false;
        }
        left.forEach(task -> task.refused().accept(noThread));
    }

    private void work() {
        for (var task = next(); task != null; task = next()) {
            try {
                task.step().run();
            } catch (RuntimeException | LinkageError e) {
                LOG.atError().setCause(e).log("session '{}' failed", name);
            }
        }
    }

    private synchronized @Nullable Work next() {
        var task = work.poll();
        if (task == null) {
            working = false;
        }
        return task;
    }
}

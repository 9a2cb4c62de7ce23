package dev.sluice.broker.memory;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * The control topic of a broker in memory: states in the process and, when there is a state folder, in files. All is
 * done on one thread of its own, which writes the files.
 *
 * <p>A commit first takes room for all its events, then stores its states, then its events: until the process ends, all
 * of it or none of it is there. A crash takes the events, as all that the broker holds, and leaves the states that
 * the files have. A commit that finds no room tries again until the deadline of sends, and then errors without a trace.
 */
final class MemoryControl implements Control {
    /** Commits that wait. */
    static final int COMMITS_MAX = 10_000;
    /** Names of sessions that there may be. */
    static final int SESSIONS_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(MemoryControl.class);
    private static final String TOPIC = "control";
    private static final long ROOM_AGAIN_MS = 10;
    private static final long STATES_MAX_BYTES =
            Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 8);

    private final MemoryBroker broker;
    private final @Nullable Path state;
    private final ThreadPoolExecutor thread;
    private final MemoryShards shards;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong commits = new AtomicLong();
    private final Map<String, SessionStates> sessions = new HashMap<>();
    /** Those whose first commit waits for room. On the thread only. */
    private final Set<MemorySession> roomless = new HashSet<>();

    private final List<Meter> meters;
    private @Nullable StateFolder folder;

    /** @param state the state folder; null when states end with the process */
    MemoryControl(MemoryBroker broker, @Nullable Path state) {
        this.broker = broker;
        this.state = state;
        this.thread = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> thread(broker.name(), task));
        this.shards = new MemoryShards(this);
        this.meters = register(broker.registry(), broker.name());
    }

    private static Thread thread(String broker, Runnable task) {
        var made = new Thread(task, "sluice-control-" + broker);
        made.setDaemon(true);
        return made;
    }

    private List<Meter> register(MeterRegistry registry, String tag) {
        var size = Gauge.builder(MemoryMeters.STATES_SIZE.id, bytes, AtomicLong::get)
                .tags("broker", tag)
                .baseUnit(MemoryMeters.STATES_SIZE.unit)
                .description(MemoryMeters.STATES_SIZE.description)
                .register(registry);
        var queued = Gauge.builder(MemoryMeters.COMMITS_WAITING.id, waiting, AtomicInteger::get)
                .tags("broker", tag)
                .baseUnit(MemoryMeters.COMMITS_WAITING.unit)
                .description(MemoryMeters.COMMITS_WAITING.description)
                .register(registry);
        var stored = FunctionCounter.builder(MemoryMeters.STATE_COMMITS.id, commits, AtomicLong::get)
                .tags("broker", tag)
                .baseUnit(MemoryMeters.STATE_COMMITS.unit)
                .description(MemoryMeters.STATE_COMMITS.description)
                .register(registry);
        return List.of(size, queued, stored);
    }

    @Override
    public Mono<Session> open(String name) {
        Control.requireName(name);
        return Mono.create(opener -> run(opener, () -> opener.success(opened(name))));
    }

    @Override
    public Mono<Map<String, byte[]>> read(String session) {
        Control.requireName(session);
        return Mono.create(reader -> run(reader, () -> reader.success(readNow(session))));
    }

    private Map<String, byte[]> readNow(String session) {
        try {
            return isThere(session) ? Map.copyOf(states(session).states) : Map.of();
        } catch (IOException failed) {
            throw new BrokerException.Unavailable(broker.name(), String.valueOf(failed.getMessage()), failed);
        }
    }

    /** Whether anybody ever held it: who only looks takes no place, and makes no file. */
    private boolean isThere(String session) throws IOException {
        return sessions.containsKey(session)
                || (state != null && Files.exists(folder(state).file(session)));
    }

    @Override
    public Flux<Shard> shards(String group) {
        return shards.of(Control.requireName(group));
    }

    private Session opened(String name) {
        try {
            var states = states(name);
            var session = new MemorySession(this, name, states.states);
            states.take(session);
            return session;
        } catch (IOException failed) {
            throw new BrokerException.Unavailable(broker.name(), String.valueOf(failed.getMessage()), failed);
        }
    }

    private SessionStates states(String name) throws IOException {
        var known = sessions.get(name);
        if (known != null) {
            return known;
        }
        if (sessions.size() >= SESSIONS_MAX) {
            throw new BrokerException.Refused(
                    broker.name(), "no session '" + name + "' beside the " + SESSIONS_MAX + " there are", null);
        }
        var states = state == null ? new SessionStates(null) : read(state, name);
        sessions.put(name, states);
        bytes.addAndGet(states.bytes());
        return states;
    }

    private SessionStates read(Path state, String name) throws IOException {
        var read = new HashMap<String, byte[]>();
        return SessionStates.of(StateLog.open(folder(state).file(name), read), read);
    }

    private StateFolder folder(Path state) throws IOException {
        var opened = folder;
        if (opened == null) {
            opened = StateFolder.open(state, broker.name());
            folder = opened;
        }
        return opened;
    }

    /** Runs it on the thread; errors the sender when it throws, or when the broker is closed. */
    private void run(MonoSink<?> sender, Runnable work) {
        try {
            thread.execute(() -> {
                try {
                    work.run();
                } catch (BrokerException refused) {
                    sender.error(refused);
                }
            });
        } catch (RejectedExecutionException closed) {
            sender.error(broker.closedException());
        }
    }

    /** Runs it on the thread; false when the broker is closed. */
    boolean run(Runnable work) {
        try {
            thread.execute(work);
            return true;
        } catch (RejectedExecutionException closed) {
            return false;
        }
    }

    BrokerException closedException() {
        return broker.closedException();
    }

    void commit(MemorySession session, List<Outgoing> events, List<Change> changes, MonoSink<Void> sender) {
        if (waiting.incrementAndGet() > COMMITS_MAX) {
            waiting.decrementAndGet();
            sender.error(new BrokerException.Full(TOPIC, COMMITS_MAX + " commits wait already"));
            return;
        }
        var deadline = broker.nanoTime() + broker.limits().sendDeadline().toNanos();
        var commit = new MemorySession.Commit(events, changes, deadline, sender);
        try {
            thread.execute(() -> {
                session.commits.add(commit);
                if (session.commits.size() == 1) {
                    drain(session);
                }
            });
        } catch (RejectedExecutionException closed) {
            waiting.decrementAndGet();
            sender.error(broker.closedException());
        }
    }

    /** Makes the session's commits, until one has to wait for room. */
    private void drain(MemorySession session) {
        roomless.remove(session);
        for (var commit = session.commits.peek(); commit != null; commit = session.commits.peek()) {
            try {
                if (!tryCommit(session, commit)) {
                    roomless.add(session);
                    var unused = broker.timer()
                            .schedule(() -> run(() -> drain(session)), ROOM_AGAIN_MS, TimeUnit.MILLISECONDS);
                    return;
                }
                end(session);
                commits.incrementAndGet();
                commit.sender().success();
            } catch (RuntimeException failed) {
                end(session);
                commit.sender().error(failed);
            }
        }
    }

    private void end(MemorySession session) {
        session.commits.poll();
        waiting.decrementAndGet();
    }

    /** Whether it is done; false when it has to wait for room. */
    private boolean tryCommit(MemorySession session, MemorySession.Commit commit) {
        var states = sessions.get(session.name);
        if (states == null || session.closed) {
            throw new BrokerException.Unavailable(broker.name(), "session '" + session.name + "' is closed", null);
        }
        if (!states.isHeldBy(session)) {
            throw new Fenced(session.name);
        }
        if (bytes.get() + states.growth(commit.changes()) > STATES_MAX_BYTES) {
            throw new BrokerException.Full(TOPIC, "states take " + STATES_MAX_BYTES + " bytes at most");
        }
        var promised = promise(commit.events());
        if (promised == null) {
            if (broker.nanoTime() - commit.deadlineNanos() < 0) {
                return false;
            }
            var topic = commit.events().get(0).topic();
            throw new BrokerException.Full(
                    topic, "no room within " + broker.limits().sendDeadline());
        }
        store(session, states, commit.changes(), promised);
        promised.forEach(PromisedEvent::store);
        return true;
    }

    /** Takes room for all events or, answering null, for none. */
    private @Nullable List<PromisedEvent> promise(List<Outgoing> events) {
        var promised = new ArrayList<PromisedEvent>(events.size());
        var all = false;
        try {
            for (var outgoing : events) {
                var topic = broker.topic(outgoing.topic());
                var room = PromisedEvent.of(topic, topic.prepare(outgoing.event(), outgoing.key()));
                if (room == null) {
                    return null;
                }
                promised.add(room);
            }
            all = true;
            return promised;
        } finally {
            if (!all) {
                promised.forEach(PromisedEvent::withdraw);
            }
        }
    }

    private void store(
            MemorySession session, SessionStates states, List<Change> changes, List<PromisedEvent> promised) {
        var before = states.bytes();
        try {
            states.store(changes);
        } catch (IOException failed) {
            promised.forEach(PromisedEvent::withdraw);
            session.closed = true;
            states.leave(session);
            throw new BrokerException.Unavailable(broker.name(), "states can't be stored: " + failed, failed);
        }
        bytes.addAndGet(states.bytes() - before);
        try {
            states.compactIfWorthIt();
        } catch (IOException failed) {
            LOG.atWarn().log("states of session '{}' could not be written anew: {}", session.name, failed.toString());
        }
    }

    void close(MemorySession session, MonoSink<Void> sender) {
        try {
            thread.execute(() -> {
                session.closed = true;
                var states = sessions.get(session.name);
                if (states != null) {
                    states.leave(session);
                }
                sender.success();
            });
        } catch (RejectedExecutionException closed) {
            sender.success();
        }
    }

    /** Ends all of it once what was begun is done. Called once. */
    CompletableFuture<Void> close() {
        meters.forEach(broker.registry()::remove);
        if (thread.getTaskCount() == 0) {
            thread.shutdown();
            return CompletableFuture.completedFuture(null);
        }
        var ended = CompletableFuture.runAsync(this::end, thread);
        thread.shutdown();
        return ended;
    }

    private void end() {
        shards.close(broker.closedException());
        for (var session : roomless) {
            for (var commit = session.commits.poll(); commit != null; commit = session.commits.poll()) {
                waiting.decrementAndGet();
                commit.sender().error(broker.closedException());
            }
        }
        roomless.clear();
        sessions.values().forEach(states -> closeQuietly(states::close));
        sessions.clear();
        var opened = folder;
        if (opened != null) {
            closeQuietly(opened::close);
        }
    }

    @FunctionalInterface
    private interface Closing {
        void run() throws IOException;
    }

    private void closeQuietly(Closing closing) {
        try {
            closing.run();
        } catch (IOException failed) {
            LOG.atWarn().log("a state file of broker '{}' did not close well: {}", broker.name(), failed.toString());
        }
    }
}

package dev.sluice.engine;

import dev.sluice.broker.AnswerSink;
import dev.sluice.broker.Call;
import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.engine.journal.Stage;
import dev.sluice.function.FunctionConfig;
import dev.sluice.function.FunctionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One trigger's way to its function: filters, keeps order, starts tries and minds their time. What comes in is the
 * matter of its {@link Inflow}, what comes of it that of its {@link Settlement}. Its state belongs to the dispatcher's home
 * loop.
 */
final class Pipeline {
    private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);
    private static final Object NO_KEY = new Object();

    private final Dispatcher dispatcher;
    private final TriggerSpec spec;
    private final Answers answers;
    private final Settlement settlement;
    private final Revocations revocations;
    private final @Nullable Inflow inflow;
    private final @Nullable Throttle throttle;
    private final @Nullable Repeats repeats;
    private @Nullable BatchPolicy batch;
    private volatile long timeoutNanos;
    private final TimerList<Attempt> deadlines = new TimerList<>();
    private final TimerList<Task> patience = new TimerList<>();

    final Recorder recorder;

    /** Where each key has a window of its own. */
    private final @Nullable OpenWindows windows;

    final Room room;
    private final @Nullable Streams streams;

    final Lanes lanes;
    final PipelineCounts counts = new PipelineCounts();

    /** Calls that wait, where the trigger has limits of its own; from any thread. */
    final AtomicInteger callsHeld = new AtomicInteger();

    private volatile String stopped = "";
    private boolean draining;

    /** Turns left before another pipeline of the function gets one. */
    int credit;

    /** Whether it stands in the dispatcher's queue of pipelines with ready work. */
    boolean active;

    /** Whether its demand is to be looked at. */
    boolean touched;

    Pipeline(Dispatcher dispatcher, TriggerSpec spec) {
        this.dispatcher = dispatcher;
        this.spec = spec;
        var function = dispatcher.spec();
        var shape = function.code().shape();
        answers = new Answers(function.name(), spec.name(), spec.answers());
        var keyed = shape.window() && spec.source() != null && function.window().key() != null;
        var options = dispatcher.host().options();
        // Half of what may be blocked: open windows never hold a partition back, they close early.
        windows = keyed
                ? new OpenWindows(
                        Math.max(1, options.blockedEventsMax() / 2), Math.max(1, options.blockedBytesMax() / 2))
                : null;
        room = dispatcher.rooms().of(spec.source());
        lanes = new Lanes(shape.batch(), windows, room);
        streams = shape.stream() && spec.source() != null ? new Streams(dispatcher, this, function.instances()) : null;
        version(function);
        credit = spec.share();
        recorder = new Recorder(dispatcher, spec, counts);
        settlement = new Settlement(dispatcher, this);
        revocations = new Revocations(dispatcher, this);
        inflow = spec.source() == null ? null : new Inflow(dispatcher, this, spec.source());
        var repeated = spec.limits().repeats();
        repeats = repeated == null ? null : new Repeats(repeated);
        throttle = spec.limits().throttles() ? new Throttle(spec.limits(), dispatcher.nanos()) : null;
    }

    /** From now on tries are those of a version that takes one event, or a list, as the one before; on the loop. */
    void version(FunctionSpec function) {
        // A caller waits for the answers to its own event, so calls are never gathered.
        var gathered = spec.source() == null ? new BatchPolicy(1, Duration.ZERO) : function.gathered();
        batch = function.code().shape().batch() ? gathered : null;
        if (windows != null) {
            windows.policy(function.window());
        }
        timeoutNanos =
                Math.min(function.timeout().toNanos(), spec.delivery().timeout().toNanos());
    }

    /** Joins the source, if there is one; on the loop. */
    void open() {
        var source = spec.source();
        if (source != null && inflow != null) {
            source.revocations().subscribe(revocations);
            inflow.open();
        }
    }

    /** Asks the source for more, up to a limit of runnable events. */
    void demand(int limit) {
        if (inflow != null) {
            var throttled = throttle == null
                    ? limit
                    : Math.min(limit, throttle.demandMax(dispatcher.spec().eventsPerTry()));
            inflow.demand(streams == null ? throttled : streams.room());
        }
    }

    // ---- arrivals, on the loop

    /** Takes in an event that its source delivered. */
    void arrived(Task task) {
        var call = task.call();
        if (inflow != null) {
            inflow.arrived(task.delivery);
        }
        counts.received.add(1);
        if (leaving(task)) {
            turnAway(task);
            return;
        }
        var now = dispatcher.recentNanos();
        dispatcher.hold(task.bytes);
        recorder.received(task, now);
        var unseen = Hints.unseen(task.event());
        if (unseen > 0) {
            counts.unseen.add(unseen);
        }
        var undecodable = call == null && settlement.undecodable(task);
        if (!undecodable && !passes(task)) {
            notWanted(task, now);
            return;
        }
        if (call == null && settlement.circles(task)) {
            loops(task);
            return;
        }
        if (repeats != null && !undecodable && repeats.isRepeat(task, now)) {
            recorder.note(task, Stage.DEDUPLICATED, "");
            acceptWithoutRun(task);
            return;
        }
        if (call == null && !undecodable) {
            settlement.checkFit(task);
        } else if (call != null && refusedAsExpired(task, call)) {
            return;
        }
        if (streams != null) {
            lanes.addInFlight(task);
            if (task.reason == null) {
                handOver(task);
            } else {
                settlement.deadLetter(task);
            }
            return;
        }
        var runnable = lanes.add(task, windows == null ? keyOf(task.delivery) : windowOf(task), now);
        if (call != null) {
            patience.add(task, dispatcher.nanos() + call.patience().toNanos());
            dispatcher.wakeAt(task.dueNanos());
        }
        if (!runnable) {
            arrivedBlocked(task);
        }
        // Where keys have windows, one event may close the window of others.
        if (runnable || (windows != null && lanes.hasReady())) {
            dispatcher.activate(this);
        }
    }

    /** Lets an event in flight wait for its stream's demand. */
    void handOver(Task task) {
        if (streams != null) {
            streams.add(task, keyOf(task.delivery));
        }
    }

    /** A stream has got an event. */
    void begun(Task task) {
        task.tries++;
        task.delivery.triesBegun(task.tries);
    }

    /** What has a window of its own; events that have none of it share one. */
    private Object windowOf(Task task) {
        var name = dispatcher.spec().window().key();
        if (name == null || name.equals(WindowPolicy.DELIVERY_KEY)) {
            var key = task.delivery.key();
            return key == null ? NO_KEY : key;
        }
        var event = task.event();
        var value = event.getAttributeNames().contains(name) ? event.getAttribute(name) : event.getExtension(name);
        return value == null ? NO_KEY : value.toString();
    }

    // What follows is apart so that the way of most events stays small enough to be compiled as one.

    private void notWanted(Task task, long now) {
        leaveQueue(task);
        counts.filtered.add(1);
        recorder.filtered(task, now);
        acceptWithoutRun(task);
    }

    private void loops(Task task) {
        counts.looped.add(1);
        recorder.note(task, Stage.LOOPED, "");
        acceptWithoutRun(task);
    }

    private void arrivedBlocked(Task task) {
        recorder.blocked(task);
        blocked(task);
    }

    private void turnAway(Task task) {
        leaveQueue(task);
        if (inflow != null && ending()) {
            inflow.refuse(task.delivery.partition());
        }
        giveBack(task);
    }

    private void acceptWithoutRun(Task task) {
        lanes.addInFlight(task);
        settlement.accept(task);
    }

    private boolean refusedAsExpired(Task task, Call call) {
        var expired = settlement.expired(task);
        if (expired == null) {
            return false;
        }
        forget(task);
        recorder.noteError(task, Stage.REFUSED, expired);
        call.fail(expired);
        return true;
    }

    /** An event waits behind its key, for its next try or for its dead letter: too many hold their partition back. */
    void blocked(Task task) {
        if (inflow != null) {
            inflow.blocked(task.delivery.partition());
        }
    }

    private boolean passes(Task task) {
        try {
            return spec.filter().test(task.event());
        } catch (RuntimeException | StackOverflowError | LinkageError failed) {
            counts.filterErrors.add(1);
            LOG.atDebug().addArgument(spec.name()).setCause(failed).log("filter of trigger {} failed: no match");
            return false;
        }
    }

    /** Events of its reading, those included that were not even delivered because its filter does not want them. */
    long received() {
        return counts.received.get() + skipped();
    }

    /** Of these, the ones that its filter does not want. */
    long filtered() {
        return counts.filtered.get() + skipped();
    }

    private long skipped() {
        var source = spec.source();
        return source == null ? 0 : source.skipped();
    }

    /** Events that the filter could not judge, and its own failures; from any thread. */
    long filterErrors() {
        return counts.filterErrors.get() + spec.filter().errors();
    }

    private @Nullable Object keyOf(Delivery delivery) {
        return switch (spec.ordering()) {
            case KEY -> delivery.key();
            case PARTITION -> delivery.partition();
            case NONE -> null;
        };
    }

    // ---- tries, on the loop

    /** Whether a try can start: an event is ready, and a batch is full or has waited long enough. */
    boolean hasWork(long now) {
        if (streams != null) {
            return !ending() && streams.wantsInstance(now);
        }
        lanes.closeDue(now);
        if (throttle != null && held(throttle, now)) {
            return false;
        }
        if (!lanes.hasReady()) {
            return false;
        }
        if (batch == null || windows != null || draining || lanes.runnable() >= batch.size() || lanes.nextRepeats()) {
            return true;
        }
        var due = lanes.readySince() + batch.within().toNanos();
        if (due - now <= 0) {
            return true;
        }
        dispatcher.wakeAt(due);
        return false;
    }

    /** Whether ready events wait for others to make their batch full. */
    boolean gathers(long now) {
        return batch != null
                && windows == null
                && !draining
                && lanes.hasReady()
                && lanes.runnable() < batch.size()
                && !lanes.nextRepeats()
                && lanes.readySince() + batch.within().toNanos() - now > 0;
    }

    /** Has the dispatcher look when the next open window closes. */
    void mindWindows() {
        if (windows != null && !windows.isEmpty()) {
            dispatcher.wakeAt(windows.firstDue());
        }
    }

    private boolean held(Throttle limits, long now) {
        if (!lanes.hasReady()) {
            limits.idle();
            return false;
        }
        if (!limits.holds(now)) {
            return false;
        }
        if (limits.hold() == Throttle.Hold.RATE) {
            dispatcher.wakeAt(limits.dueNanos());
        }
        return true;
    }

    /** Whether it competes for slots: one that its own limits hold back does not. */
    boolean competes(long now) {
        return lanes.hasReady() && (throttle == null || throttle.open(now));
    }

    /** What keeps its tries to its rate and its concurrency; null when it has none. */
    @Nullable
    Throttle throttle() {
        return throttle;
    }

    /** Starts a try on the instance, whose slot is leased. */
    void start(Instance instance, long now) {
        if (streams != null) {
            streams.start(instance, now);
            return;
        }
        Attempt attempt;
        if (batch == null) {
            var task = lanes.take();
            if (putAside(task, now)) {
                dispatcher.slotFree(instance);
                return;
            }
            attempt = new Attempt(this, task, null, instance, sinkOf(task), now);
            begin(task, attempt, now);
        } else {
            var tasks = new ArrayList<Task>(Math.min(batch.size(), lanes.runnable()));
            lanes.takeBatch(batch.size(), tasks);
            tasks.removeIf(task -> putAside(task, now));
            if (tasks.isEmpty()) {
                dispatcher.slotFree(instance);
                return;
            }
            attempt = new Attempt(this, tasks.get(0), tasks, instance, sinkOf(tasks.get(0)), now);
            for (var task : tasks) {
                begin(task, attempt, now);
            }
        }
        deadlines.add(attempt, now + timeoutNanos);
        dispatcher.wakeAt(attempt.dueNanos());
        dispatcher.leased(attempt.startNanos);
        if (throttle != null) {
            throttle.begun(attempt.batch == null ? 1 : attempt.batch.size(), now);
        }
        if (attempt.start()) {
            dispatcher.handle(attempt);
        }
    }

    /** Makes a dead letter, in its turn, of an event that must not run; others may have been run, or wait to be. */
    private boolean putAside(Task task, long now) {
        if (task.reason != null) {
            settlement.deadLetter(task);
            return true;
        }
        return repeats != null && repeats(repeats, task, now);
    }

    private boolean repeats(Repeats known, Task task, long now) {
        if (task.lane().waitsBefore(task)) {
            // Of a batch: those before it in its lane wait. It has to as well, lest two wait for each other.
            settlement.notYet(task);
            return true;
        }
        switch (known.turn(task, now)) {
            case RUN -> {
                return false;
            }
            case REPEAT -> {
                recorder.note(task, Stage.DEDUPLICATED, "");
                settlement.accept(task);
            }
            case BEHIND -> {
                recorder.note(task, Stage.BLOCKED, "one like it is not done");
                settlement.behind(task);
                if (!task.gone()) {
                    known.wait(task);
                }
            }
        }
        return true;
    }

    /** An event has left, done or given back: what waited for it has its turn. */
    void left(Task task, boolean well) {
        if (repeats == null) {
            return;
        }
        var now = dispatcher.recentNanos();
        for (var next : repeats.left(task, well, now)) {
            if (next.state == Task.State.WAITING) {
                lanes.due(next, now);
                dispatcher.activate(this);
            }
        }
    }

    /** The events that it has had; null when it takes each for a new one. */
    @Nullable
    Repeats repeats() {
        return repeats;
    }

    private AnswerSink sinkOf(Task task) {
        var call = task.call();
        return call == null ? spec.answers().sink() : call.answers();
    }

    private void begin(Task task, Attempt attempt, long now) {
        leaveQueue(task);
        task.attempt = attempt;
        if (task.tries++ == 0) {
            dispatcher.budget().freshStart();
        } else {
            counts.retried.add(1);
        }
        if (!task.tried) {
            task.tried = true;
            task.firstTryNanos = now;
        }
        task.delivery.triesBegun(task.tries);
    }

    /** A run has ended: its slot is free. */
    void runEnded(Attempt attempt) {
        deadlines.remove(attempt);
        counts.runs.add(1);
        counts.runNanos.add(attempt.runNanos());
        var events = attempt.batch == null ? 1 : attempt.batch.size();
        dispatcher.ended(attempt.instance, attempt.startNanos, attempt.runNanos(), events);
        if (throttle != null) {
            throttle.ended();
            dispatcher.activate(this);
        }
    }

    // ---- time, on the loop

    /** Does what is due; the time of what comes next is told to the dispatcher. */
    void tick(long now) {
        for (var late = deadlines.pollDue(now); late != null; late = deadlines.pollDue(now)) {
            expire(late, now);
        }
        for (var late = patience.pollDue(now); late != null; late = patience.pollDue(now)) {
            refuse(late);
        }
        revocations.tick(now);
        if (streams != null) {
            streams.tick(now);
        }
        if (!deadlines.isEmpty()) {
            dispatcher.wakeAt(deadlines.firstDue());
        }
        if (!patience.isEmpty()) {
            dispatcher.wakeAt(patience.firstDue());
        }
        if (hasWork(now)) {
            dispatcher.activate(this);
        }
        mindWindows();
    }

    private void expire(Attempt late, long now) {
        if (late.isZombie()) {
            counts.abandoned.add(1);
            late.abandon();
            return;
        }
        counts.timeouts.add(1);
        late.cancel(new FunctionException.TimedOut(function(), Duration.ofNanos(timeoutNanos)));
        if (late.isZombie()) {
            deadlines.add(late, now + timeoutNanos);
            tellCaller(late.first);
        } else {
            // Also one that had ended and whose signal was lost: the deadline is the last that looks at it.
            late.handle();
        }
    }

    /** A caller need not wait for the end of a run that will not answer any more; its slot has to. */
    private void tellCaller(Task task) {
        var call = task.call();
        if (call != null && !task.lost) {
            task.lost = true;
            call.fail(new FunctionException.TimedOut(function(), Duration.ofNanos(timeoutNanos)));
        }
    }

    private void refuse(Task task) {
        var call = task.call();
        if (call != null && lanes.withdraw(task)) {
            forget(task);
            var why = new FunctionException.Unavailable(
                    function(), "had no free slot for " + call.patience().toMillis() + " ms", Duration.ofSeconds(1));
            recorder.noteError(task, Stage.REFUSED, why);
            call.fail(why);
        }
    }

    // ---- calls, any thread to loop

    /** The caller is gone. */
    void cancelCall(Task task) {
        if (task.attempt != null) {
            task.attempt.cancel(new FunctionException.Unavailable(function(), "lost its caller", null));
        } else if (lanes.withdraw(task)) {
            recorder.noteAlways(task, Stage.REFUSED, "its caller is gone");
            forget(task);
        }
    }

    /** A call waits no longer for a slot. */
    private void leaveQueue(Task task) {
        if (task.waitingCall) {
            task.waitingCall = false;
            patience.remove(task);
            dispatcher.callLeftQueue(this);
        }
    }

    private void forget(Task task) {
        leaveQueue(task);
        task.wait = null;
        dispatcher.hold(-task.bytes);
        left(task, false);
        dispatcher.touch(this);
    }

    // ---- ends, on the loop

    /** Takes no more events, gives back what has not started; what runs goes on. */
    void drain() {
        draining = true;
        giveBackQueued(task -> true);
        if (streams != null) {
            streams.complete();
        }
    }

    /** Ends for good with a reason; what runs is finished. */
    void stop(String why) {
        if (!stopped.isEmpty() || draining) {
            return;
        }
        stopped = why;
        LOG.error("trigger {} stopped: {}", spec.name(), why);
        giveBackQueued(task -> true);
        if (streams != null) {
            streams.completeInTime();
        }
        settled();
    }

    /** An event was settled or given back: ends what waited for that. */
    void settled() {
        revocations.settled();
        if (!stopped.isEmpty() && busy() == 0) {
            close();
        }
    }

    private void giveBackQueued(Predicate<Task> which) {
        for (var task : lanes.giveBack(which, dispatcher.recentNanos())) {
            forget(task);
            giveBack(task);
        }
        if (lanes.hasReady()) {
            // What stood behind an event that is given back may have its turn.
            dispatcher.activate(this);
        }
        if (streams != null) {
            streams.giveBackLines(which);
        }
    }

    /** Why events are given back just now. */
    private String leavingBecause(Task task) {
        return !stopped.isEmpty()
                ? "the trigger has stopped: " + stopped
                : draining
                        ? "the engine is stopping"
                        : "its partition " + task.delivery.partition() + " went elsewhere";
    }

    /** Tells the event's source, or its caller, that it is not settled here. */
    void giveBack(Task task) {
        counts.released.add(1);
        recorder.note(task, Stage.RELEASED, leavingBecause(task));
        var call = task.call();
        if (call == null) {
            task.delivery.release();
        } else {
            call.fail(new FunctionException.Unavailable(function(), "is stopping", Duration.ofSeconds(1)));
        }
    }

    /** Whether an event may not wait here any more, because the engine, the trigger or its partition is going. */
    boolean leaving(Task task) {
        return ending() || revocations.has(task.delivery.partition());
    }

    /** Whether the engine or the trigger is going. */
    boolean ending() {
        return draining || !stopped.isEmpty();
    }

    /** Gives back what has not started of a partition. */
    void giveBackPartition(int partition) {
        if (inflow != null) {
            inflow.revoked(partition);
        }
        giveBackQueued(task -> task.delivery.partition() == partition);
    }

    /** Cancels what still runs of a partition and gives it back, unsettled. */
    void losePartition(int partition) {
        lose(task -> task.delivery.partition() == partition);
    }

    /** Cancels what still runs and gives it back, unsettled. */
    void abort() {
        lose(task -> true);
        if (streams != null) {
            streams.cancel();
        }
    }

    private void lose(Predicate<Task> which) {
        if (streams != null) {
            streams.lose(which);
        }
        lanes.flying(which).forEach(settlement::lose);
    }

    /** Leaves the source; whatever is open there is given back by it. */
    void close() {
        if (inflow != null) {
            inflow.close();
        }
        revocations.close();
        if (streams != null) {
            streams.cancel();
        }
    }

    /** Events that are not settled, and streams that have not ended. */
    int busy() {
        return lanes.open() + (streams == null ? 0 : streams.running());
    }

    /** Instances have come or gone. */
    void instancesChanged() {
        if (streams != null) {
            streams.instancesChanged();
        }
    }

    /** Its streams; null when its function is of another kind. */
    @Nullable
    Streams streams() {
        return streams;
    }

    /** Events that wait for a slot only, or for a stream's demand. */
    int runnable() {
        return streams == null ? lanes.runnable() : streams.runnable();
    }

    /** Events that wait for their stream; they count as in flight. */
    int inLines() {
        return streams == null ? 0 : streams.runnable() + streams.blocked();
    }

    /** Events behind their key, in back-off, parked, or behind what a slow stream has before it. */
    int blocked() {
        return lanes.blocked() + (streams == null ? 0 : streams.blocked());
    }

    /** What these hold. */
    long blockedBytes() {
        return lanes.blockedBytes() + (streams == null ? 0 : streams.blockedBytes());
    }

    /** Events in open windows, which close early rather than hold a partition back. */
    int gathered() {
        return windows == null ? 0 : windows.events();
    }

    /** What these hold. */
    long gatheredBytes() {
        return windows == null ? 0 : windows.bytes();
    }

    /** Looks at the demand at the end of this drain. */
    void touch() {
        dispatcher.touch(this);
    }

    // ---- what a try needs

    /** Whether events that failed together are tried again together. */
    boolean repeatsAsItWas() {
        var function = dispatcher.spec();
        var shape = function.code().shape();
        return shape.window()
                ? !function.window().bisect()
                : shape.batch() && !function.batch().bisect();
    }

    Settlement settlement() {
        return settlement;
    }

    Revocations revocations() {
        return revocations;
    }

    String function() {
        return dispatcher.spec().name();
    }

    String name() {
        return spec.name();
    }

    TriggerSpec spec() {
        return spec;
    }

    FunctionConfig config() {
        return dispatcher.spec().config();
    }

    Logger functionLog() {
        return dispatcher.functionLog();
    }

    Answers answers() {
        return answers;
    }

    Workers workers() {
        return dispatcher.host().workers();
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    long nanos() {
        return dispatcher.nanos();
    }

    void signal(Signal signal) {
        dispatcher.signal(signal);
    }

    void checkFatal(Throwable thrown) {
        dispatcher.checkFatal(thrown);
    }

    void zombie(Instance instance, int change) {
        dispatcher.zombie(instance, change);
    }

    /** Partitions held back because of blocked events. */
    int pausedPartitions() {
        return paused().size();
    }

    /** What keeps partitions from being read; from any thread. */
    List<EventSource.Trouble> troubles() {
        var source = spec.source();
        return source == null ? List.of() : source.troubles();
    }

    /** How far it is; from any thread. */
    TriggerStatus.State state() {
        if (draining) {
            return TriggerStatus.State.DRAINING;
        }
        return stopped.isEmpty() ? TriggerStatus.State.RUNNING : TriggerStatus.State.STOPPED;
    }

    /** The trigger as it is now; from any thread, figures may be of slightly different moments. */
    TriggerStatus status() {
        return TriggerReport.status(this);
    }

    /** Everything that holds it back now, a sentence each; from any thread. */
    List<String> holds() {
        return Holds.of(this, dispatcher, stopped, troubles());
    }

    boolean takesBatches() {
        return batch != null;
    }

    /** The partitions held back because of blocked events; from any thread. */
    Set<Integer> paused() {
        return inflow == null ? Set.of() : inflow.paused();
    }
}

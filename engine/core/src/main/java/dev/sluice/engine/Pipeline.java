package dev.sluice.engine;

import dev.sluice.broker.EventSource;
import dev.sluice.function.FunctionConfig;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * One trigger's way to its function, and what each part of it needs to know of the others. All state of the parts belongs
 * to the dispatcher's home loop, but where one says otherwise.
 *
 * <pre>
 * source ──► Inflow ──► Arrivals ──► Lanes ──► Tries ──► Settlement ──► accepted, stored as a dead letter
 * caller ─────────────►    │           ▲   │                 │
 *                          │           │   └──► Departures   │ given back: the trigger or the partition goes
 *                          ▼           └─────────────────────┘ again
 *                       Streams, for a function that takes all events of its life
 * </pre>
 */
final class Pipeline {
    private final Dispatcher dispatcher;
    private final TriggerSpec spec;
    private final Answers answers;
    private final Settlement settlement;
    private final @Nullable Inflow inflow;
    private final @Nullable Throttle throttle;
    private final @Nullable Repeats repeats;
    private final @Nullable Streams streams;
    /** Where each key has a window of its own. */
    private final @Nullable OpenWindows windows;

    final Recorder recorder;

    /** Whether it runs beside a trigger of its name, and gives way to all others of the function. */
    final boolean beside;

    final Room room;
    final Lanes lanes;
    final PipelineCounts counts = new PipelineCounts();
    final Arrivals arrivals;
    final WaitingCalls calls;
    final Tries tries;
    final Departures departures;

    /** Turns left before another pipeline of the function gets one. */
    int credit;

    /** Whether it stands in the dispatcher's queue of pipelines with ready work. */
    boolean active;

    /** Whether its demand is to be looked at. */
    boolean touched;

    Pipeline(Dispatcher dispatcher, TriggerSpec spec, boolean beside) {
        this.beside = beside;
        this.dispatcher = dispatcher;
        this.spec = spec;
        var function = dispatcher.spec();
        var shape = function.code().shape();
        answers = new Answers(function.name(), spec.name(), spec.answers());
        room = dispatcher.rooms().of(spec.source());
        windows = windows(function);
        lanes = new Lanes(shape.batch(), windows, room);
        streams = shape.stream() && spec.source() != null ? new Streams(dispatcher, this, function.instances()) : null;
        credit = spec.share();
        inflow = spec.source() == null ? null : new Inflow(dispatcher, this, spec.source());
        var repeated = spec.limits().repeats();
        repeats = repeated == null ? null : new Repeats(repeated);
        throttle = spec.limits().throttles() || beside
                ? new Throttle(
                        spec.limits(),
                        beside
                                ? () -> dispatcher.roster.slotsBeside(
                                        this, dispatcher.pool().usableSlots())
                                : () -> TriggerLimits.UNLIMITED,
                        dispatcher.nanos())
                : null;
        recorder = new Recorder(dispatcher, spec, counts);
        // These know each other by what stands above, and by the pipeline.
        settlement = new Settlement(dispatcher, this);
        calls = new WaitingCalls(dispatcher, this);
        departures = new Departures(dispatcher, this);
        tries = new Tries(dispatcher, this);
        arrivals = new Arrivals(dispatcher, this);
    }

    private @Nullable OpenWindows windows(FunctionSpec function) {
        if (spec.source() == null
                || !function.code().shape().window()
                || function.window().key() == null) {
            return null;
        }
        var options = dispatcher.host().options();
        // Half of what may be blocked: open windows never hold a partition back, they close early.
        return new OpenWindows(Math.max(1, options.blockedEventsMax() / 2), Math.max(1, options.blockedBytesMax() / 2));
    }

    /** Joins the source, if there is one; on the loop. */
    void open() {
        if (inflow != null) {
            departures.open();
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

    /** An event waits behind its key, for its next try or for its dead letter: too many hold their partition back. */
    void blocked(Task task) {
        if (inflow != null) {
            inflow.blocked(task.delivery.partition());
        }
    }

    /** Does what is due; the time of what comes next is told to the dispatcher. */
    void tick(long now) {
        tries.tick(now);
        calls.tick(now);
        departures.tick(now);
        if (streams != null) {
            streams.tick(now);
        }
        if (tries.hasWork(now)) {
            dispatcher.activate(this);
        }
        mindWindows();
    }

    /** Has the dispatcher look when the next open window closes. */
    void mindWindows() {
        if (windows != null && !windows.isEmpty()) {
            dispatcher.wakeAt(windows.firstDue());
        }
    }

    /** Events that are not settled, and streams that have not ended. */
    int busy() {
        return lanes.sums.open() + (streams == null ? 0 : streams.running());
    }

    /** Instances have come or gone. */
    void instancesChanged() {
        if (streams != null) {
            streams.instancesChanged();
        }
    }

    /** How events get in; null when it takes calls. */
    @Nullable
    Inflow inflow() {
        return inflow;
    }

    /** What keeps its tries to its rate and its concurrency; null when it has none. */
    @Nullable
    Throttle throttle() {
        return throttle;
    }

    /** The events that it has had; null when it takes each for a new one. */
    @Nullable
    Repeats repeats() {
        return repeats;
    }

    /** Its streams; null when its function is of another kind. */
    @Nullable
    Streams streams() {
        return streams;
    }

    /** Events that wait for a slot only, or for a stream's demand. */
    int runnable() {
        return streams == null ? lanes.sums.runnable() : streams.runnable();
    }

    /** Events that wait for their stream; they count as in flight. */
    int inLines() {
        return streams == null ? 0 : streams.runnable() + streams.blocked();
    }

    /** Events behind their key, in back-off, parked, or behind what a slow stream has before it. */
    int blocked() {
        return lanes.sums.blocked() + (streams == null ? 0 : streams.blocked());
    }

    /** What these hold. */
    long blockedBytes() {
        return lanes.sums.blockedBytes() + (streams == null ? 0 : streams.blockedBytes());
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

    String function() {
        return dispatcher.spec().name();
    }

    String name() {
        return spec.name();
    }

    /** What tells it from all other triggers. */
    String label() {
        return beside ? spec.name() + ":replay" : spec.name();
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

    /** The trigger as it is now; from any thread, figures may be of slightly different moments. */
    TriggerStatus status() {
        return TriggerReport.status(this);
    }

    /** Everything that holds it back now, a sentence each; from any thread. */
    List<String> holds() {
        return Holds.of(this, dispatcher, departures.stopped(), troubles());
    }

    /** The partitions held back because of blocked events; from any thread. */
    Set<Integer> paused() {
        return inflow == null ? Set.of() : inflow.paused();
    }
}

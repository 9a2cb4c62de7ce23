package dev.sluice.engine;

import dev.sluice.broker.EventSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Tells what holds a trigger back: each limit that it has reached, each pause, with its reason. From any thread. */
final class Holds {
    private Holds() {}

    /**
     * Sentences without a full stop, what stops everything first.
     *
     * @param stopped why the trigger has stopped; empty when it has not
     */
    static List<String> of(
            Pipeline pipeline, Dispatcher dispatcher, String stopped, List<EventSource.Trouble> troubles) {
        var holds = new ArrayList<String>();
        if (!stopped.isEmpty()) {
            holds.add(stopped);
            return holds;
        }
        if (!troubles.isEmpty()) {
            var more = troubles.size() - 1;
            holds.add(troubles.get(0).reason() + (more == 0 ? "" : " (and " + more + " more)"));
        }
        ofEngine(pipeline, dispatcher, holds);
        var streams = pipeline.streams();
        if (streams != null && !streams.problem().isEmpty()) {
            holds.add(streams.running() + " of " + streams.seats() + " streams run, " + streams.problem());
        }
        ofPartitions(pipeline, holds);
        ofTrigger(pipeline, dispatcher, holds);
        return holds;
    }

    private static void ofPartitions(Pipeline pipeline, List<String> holds) {
        var lanes = pipeline.lanes;
        if (lanes.sums.parked() > 0) {
            holds.add(lanes.sums.parked() + " events are parked: their dead letters can't be stored");
        }
        var paused = pipeline.paused();
        if (!paused.isEmpty()) {
            var numbers = new TreeSet<>(paused).stream().map(String::valueOf).collect(Collectors.joining(", "));
            holds.add((paused.size() == 1 ? "partition " + numbers + " is" : "partitions " + numbers + " are")
                    + " paused: " + pipeline.blocked() + " events of " + pipeline.blockedBytes()
                    + " bytes wait behind their key or for a retry");
        }
        var source = pipeline.spec().source();
        var full = source == null ? 0 : source.fullPartitions();
        if (full > 0) {
            holds.add(full + (full == 1 ? " partition is" : " partitions are")
                    + " not read on for now: as much is open as can be stored with their position");
        }
    }

    /** What its own settings hold back. */
    private static void ofTrigger(Pipeline pipeline, Dispatcher dispatcher, List<String> holds) {
        var throttle = pipeline.throttle();
        if (throttle != null
                && pipeline.lanes.sums.runnable() > 0
                && !throttle.words().isEmpty()) {
            holds.add(throttle.words());
        }
        if (pipeline.lanes.sums.waiting() > 0 && pipeline.settlement().putsRetriesOff(dispatcher.nanos())) {
            holds.add("retries wait for their budget: fresh events have the slots");
        }
    }

    private static void ofEngine(Pipeline pipeline, Dispatcher dispatcher, List<String> holds) {
        var shared = dispatcher.host().shared();
        if (pipeline.spec().source() != null && shared.full()) {
            holds.add("nothing more is fetched: the engine holds events of " + shared.heldBytes()
                    + " bytes, its limit is " + shared.heldBytesMax());
        }
        var starts = ofStarts(pipeline, dispatcher);
        if (!starts.isEmpty()) {
            holds.add(starts);
        }
    }

    /** Why the function starts no try, whatever waits for one; empty when it does. */
    static String ofStarts(Pipeline pipeline, Dispatcher dispatcher) {
        var shared = dispatcher.host().shared();
        if (shared.tooManyZombies()) {
            return "nothing new is started: " + shared.zombies()
                    + " runs are past their deadline and still hold a thread, the limit is " + shared.zombiesMax();
        }
        var pool = dispatcher.pool();
        var problem = pool.newcomers().problem();
        return pool.ready() == 0 && !problem.isEmpty() ? "function '" + pipeline.function() + "': " + problem : "";
    }
}

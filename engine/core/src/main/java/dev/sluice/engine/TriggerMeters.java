package dev.sluice.engine;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/** The meters of one trigger, from where its figures are. */
final class TriggerMeters {
    private TriggerMeters() {}

    /** Registers a trigger's meters; whoever ends the trigger removes them. */
    static List<Meter> bind(MeterRegistry registry, Pipeline pipeline) {
        var bound = new ArrayList<Meter>();
        var tags = new String[] {"function", pipeline.function(), "trigger", pipeline.label()};
        bound.add(EngineMeters.RUNNABLE.bind(registry, pipeline, Pipeline::runnable, tags));
        bound.add(EngineMeters.RUNNING.bind(registry, pipeline.lanes.sums, LaneSums::inFlight, tags));
        bound.add(EngineMeters.BLOCKED.bind(registry, pipeline, Pipeline::blocked, tags));
        bound.add(EngineMeters.BLOCKED_BYTES.bind(registry, pipeline, Pipeline::blockedBytes, tags));
        bound.add(EngineMeters.WAITING.bind(registry, pipeline.lanes.sums, LaneSums::waiting, tags));
        bound.add(EngineMeters.PARKED.bind(registry, pipeline.lanes.sums, LaneSums::parked, tags));
        bound.add(EngineMeters.STREAMS.bind(registry, pipeline, p -> ofStreams(p, Streams::running), tags));
        bound.add(EngineMeters.STREAMS_UNSETTLED.bind(registry, pipeline, p -> ofStreams(p, Streams::unsettled), tags));
        bound.add(EngineMeters.STREAM_RESTARTS.bind(registry, pipeline.counts.streamRestarts, Count::get, tags));
        bound.add(EngineMeters.WINDOWS_OPEN.bind(registry, pipeline.lanes, l -> of(l, OpenWindows::open), tags));
        bound.add(EngineMeters.WINDOWS_BYTES.bind(registry, pipeline.lanes, l -> of(l, OpenWindows::bytes), tags));
        bound.add(
                EngineMeters.WINDOWS_EARLY.bind(registry, pipeline.lanes, l -> of(l, OpenWindows::closedEarly), tags));
        bound.add(EngineMeters.PARTITIONS_PAUSED.bind(registry, pipeline, Pipeline::pausedPartitions, tags));
        bound.add(
                EngineMeters.TROUBLES.bind(registry, pipeline, p -> p.troubles().size(), tags));
        var counts = pipeline.counts;
        bound.add(EngineMeters.RECEIVED.bind(registry, pipeline.arrivals, Arrivals::received, tags));
        bound.add(EngineMeters.RECEIVED_WEIGHTED.bind(
                registry, pipeline, p -> p.arrivals.received() + p.counts.unseen.get(), tags));
        bound.add(EngineMeters.EXPIRED.bind(registry, counts.expired, Count::get, tags));
        bound.add(EngineMeters.FILTERED.bind(registry, pipeline.arrivals, Arrivals::filtered, tags));
        bound.add(EngineMeters.FILTER_ERRORS.bind(registry, pipeline.arrivals, Arrivals::filterErrors, tags));
        bound.add(EngineMeters.RUNS.bind(registry, counts.runs, Count::get, tags));
        bound.add(EngineMeters.RUN_TIME.bind(registry, counts.runNanos, TriggerMeters::seconds, tags));
        bound.add(EngineMeters.DONE.bind(registry, counts.done, Count::get, tags));
        bound.add(EngineMeters.FAILED.bind(registry, counts.failed, Count::get, tags));
        bound.add(EngineMeters.TIMEOUTS.bind(registry, counts.timeouts, Count::get, tags));
        bound.add(EngineMeters.ABANDONED.bind(registry, counts.abandoned, Count::get, tags));
        bound.add(EngineMeters.RETRIED.bind(registry, counts.retried, Count::get, tags));
        bound.add(EngineMeters.DEAD_LETTERED.bind(registry, counts.deadLettered, Count::get, tags));
        bound.add(EngineMeters.DEAD_LETTER_FAILURES.bind(registry, counts.deadLetterFailures, Count::get, tags));
        bound.add(EngineMeters.ACCEPT_FAILURES.bind(registry, counts.acceptFailures, Count::get, tags));
        bound.add(EngineMeters.LOOPED.bind(registry, counts.looped, Count::get, tags));
        bound.add(EngineMeters.DROPPED.bind(registry, counts.dropped, Count::get, tags));
        bound.add(EngineMeters.RELEASED.bind(registry, counts.released, Count::get, tags));
        bound.add(EngineMeters.ANSWERS.bind(registry, counts.answers, Count::get, tags));
        bound.add(EngineMeters.PAUSES.bind(registry, counts.pauses, Count::get, tags));
        bound.add(EngineMeters.RETRIES_PUT_OFF.bind(registry, counts.retriesPutOff, Count::get, tags));
        bound.add(EngineMeters.CALLS_REFUSED.bind(registry, counts.callsRefused, LongAdder::sum, tags));
        bound.add(EngineMeters.CALLS_OVER_RATE.bind(registry, counts.callsOverRate, LongAdder::sum, tags));
        bindLimits(registry, pipeline, tags, bound);
        return bound;
    }

    /** Those of what a trigger keeps the function from; none for limits that it does not have. */
    private static void bindLimits(MeterRegistry registry, Pipeline pipeline, String[] tags, List<Meter> bound) {
        var throttle = pipeline.throttle();
        if (throttle != null) {
            bound.add(EngineMeters.HELD_BACK.bind(
                    registry, throttle.rateNanos, TriggerMeters::seconds, and(tags, "limit", "rate")));
            bound.add(EngineMeters.HELD_BACK.bind(
                    registry, throttle.concurrencyNanos, TriggerMeters::seconds, and(tags, "limit", "concurrency")));
        }
        var repeats = pipeline.repeats();
        if (repeats != null) {
            bound.add(EngineMeters.REPEATED.bind(registry, repeats.repeated, Count::get, tags));
            bound.add(EngineMeters.REPEATS_KNOWN.bind(registry, repeats, Repeats::entries, tags));
            bound.add(EngineMeters.REPEATS_SIZE.bind(registry, repeats, Repeats::bytes, tags));
            bound.add(EngineMeters.REPEATS_FORGOTTEN.bind(registry, repeats.forgotten, Count::get, tags));
        }
    }

    /** A figure of a trigger's open windows; 0 where none are kept. */
    private static double of(Lanes lanes, ToDoubleFunction<OpenWindows> figure) {
        var windows = lanes.windows();
        return windows == null ? 0 : figure.applyAsDouble(windows);
    }

    /** A figure of a trigger's streams; 0 where there are none. */
    private static double ofStreams(Pipeline pipeline, ToDoubleFunction<Streams> figure) {
        var streams = pipeline.streams();
        return streams == null ? 0 : figure.applyAsDouble(streams);
    }

    private static double seconds(Count nanos) {
        return nanos.get() / (double) TimeUnit.SECONDS.toNanos(1);
    }

    private static String[] and(String[] tags, String name, String value) {
        var more = Arrays.copyOf(tags, tags.length + 2);
        more[tags.length] = name;
        more[tags.length + 1] = value;
        return more;
    }
}

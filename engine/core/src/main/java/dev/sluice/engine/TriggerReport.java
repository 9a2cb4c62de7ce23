package dev.sluice.engine;

import java.util.Objects;

/** Tells how a trigger is, from any thread; the figures may be of slightly different moments. */
final class TriggerReport {
    private TriggerReport() {}

    static TriggerStatus status(Pipeline pipeline) {
        var spec = pipeline.spec();
        var lanes = pipeline.lanes;
        var counts = pipeline.counts;
        var source = spec.source();
        var troubles = pipeline.troubles();
        var repeats = pipeline.repeats();
        return new TriggerStatus(
                spec.name(),
                spec.function(),
                spec.topic(),
                pipeline.departures.state(),
                String.join("; ", pipeline.holds()),
                spec.filter().describe(),
                pipeline.runnable(),
                lanes.sums.inFlight() - pipeline.inLines(),
                pipeline.blocked(),
                lanes.sums.waiting(),
                lanes.sums.parked(),
                pipeline.blockedBytes(),
                pipeline.arrivals.received(),
                pipeline.arrivals.filtered(),
                pipeline.arrivals.filterErrors(),
                Objects.requireNonNullElse(spec.filter().lastError(), ""),
                counts.expired.get(),
                repeats == null ? 0 : repeats.repeated.get(),
                counts.done.get(),
                counts.failed.get(),
                counts.retried.get(),
                counts.deadLettered.get(),
                counts.dropped.get(),
                counts.released.get(),
                counts.answers.get(),
                source == null ? null : source.lag(),
                troubles);
    }
}

package dev.sluice.engine;

import dev.sluice.engine.scaling.Reason;
import java.util.List;

/** Puts a function's {@link ScalingStatus} together, from any thread; its figures may be of slightly different moments. */
final class ScalingReport {
    private ScalingReport() {}

    static ScalingStatus of(Dispatcher dispatcher, List<Pipeline> pipelines) {
        var spec = dispatcher.spec();
        var pool = dispatcher.pool();
        var scaler = dispatcher.scaler();
        var last = scaler == null ? null : scaler.decisions().newest();
        var load = last == null ? null : last.decision().load();
        var slots = pool.ready() * spec.concurrency();
        var leased = pool.leased();
        var cap = load == null ? 0 : load.slots().max();
        return new ScalingStatus(
                spec.name(),
                scaler == null ? "fixed" : scaler.policy(),
                pool.ready(),
                pool.starting(),
                pool.draining(),
                pool.wanted(),
                spec.instancesMin(),
                spec.instancesMax(),
                slots,
                leased,
                slots == 0 ? 0 : Math.min(1, leased / (double) slots),
                cap == 0 ? -1 : cap,
                pipelines.stream()
                        .filter(pipeline -> pipeline.spec().source() != null)
                        .mapToInt(pipeline -> pipeline.lanes.runnable())
                        .sum(),
                dispatcher.callsWaiting(),
                load == null || !load.backlog().lagKnown() ? -1 : load.backlog().unfetchedPassing(),
                lag(pipelines),
                load == null ? -1 : load.backlog().lagSeconds(),
                load == null ? -1 : load.arrivals().perSecond6s(),
                last == null ? -1 : last.decision().needSlots(),
                last == null ? -1 : last.decision().serviceSeconds(),
                load == null ? dispatcher.host().cpu().getAsDouble() : load.cpu(),
                last == null ? Reason.FIXED : last.decision().reason(),
                last == null ? "" : last.decision().words(),
                last == null ? null : last.last());
    }

    private static long lag(List<Pipeline> pipelines) {
        var sum = 0L;
        for (var pipeline : pipelines) {
            var source = pipeline.spec().source();
            if (source != null) {
                var behind = source.lag().events();
                if (behind.isEmpty()) {
                    return -1;
                }
                sum += behind.getAsLong();
            }
        }
        return sum;
    }
}

package dev.sluice.engine;

import dev.sluice.engine.scaling.Reason;
import java.util.List;
import java.util.function.ToIntFunction;

/** Tells how a function is, from any thread; the figures may be of slightly different moments. */
final class FunctionReport {
    private FunctionReport() {}

    static FunctionStatus status(Dispatcher dispatcher, List<Pipeline> pipelines) {
        var ofCalls = dispatcher.runsOf(true);
        var ofTopics = dispatcher.runsOf(false);
        var runnable = pipelines.stream().mapToInt(Pipeline::runnable).sum();
        var spec = dispatcher.spec();
        var pool = dispatcher.pool();
        return new FunctionStatus(
                spec.name(),
                spec.code().handler(),
                spec.code().describe(),
                state(dispatcher, pool),
                detail(dispatcher, pool),
                pool.ready(),
                pool.wanted(),
                spec.concurrency(),
                pool.leased(),
                runnable,
                dispatcher.callsWaiting(),
                dispatcher.zombies(),
                ofCalls.ended() + ofTopics.ended(),
                ofCalls.failed() + ofTopics.failed());
    }

    private static FunctionStatus.State state(Dispatcher dispatcher, InstancePool pool) {
        if (dispatcher.closing()) {
            return FunctionStatus.State.DRAINING;
        }
        var starts = pool.newcomers().problem().isEmpty();
        if (pool.ready() > 0 || (pool.wanted() == 0 && starts)) {
            return FunctionStatus.State.READY;
        }
        return starts ? FunctionStatus.State.STARTING : FunctionStatus.State.FAILED;
    }

    private static String detail(Dispatcher dispatcher, InstancePool pool) {
        var shared = dispatcher.host().shared();
        return shared.tooManyZombies()
                ? shared.zombies() + " runs are past their deadline and still hold a thread; the limit is "
                        + shared.zombiesMax() + ": nothing new is started"
                : pool.newcomers().problem();
    }

    static ScalingStatus scaling(Dispatcher dispatcher, List<Pipeline> pipelines) {
        var spec = dispatcher.spec();
        var pool = dispatcher.pool();
        var scaler = dispatcher.sizing().scaler();
        var last = scaler == null ? null : scaler.decisions().newest();
        var load = last == null ? null : last.decision().load();
        var slots = pool.ready() * spec.concurrency();
        var leased = pool.leased();
        var cap = dispatcher.sizing().slotsCap();
        return new ScalingStatus(
                spec.name(),
                scaler == null ? "fixed" : scaler.policy(),
                pool.ready(),
                pool.newcomers().starting(),
                pool.draining(),
                pool.wanted(),
                spec.instancesMin(),
                spec.instancesMax(),
                slots,
                leased,
                slots == 0 ? 0 : Math.min(1, leased / (double) slots),
                cap == 0 ? -1 : cap,
                sum(pipelines, LaneSums::runnable),
                sum(pipelines, LaneSums::blocked),
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

    /** Over the triggers that read a topic: what a call does is told as its own figure. */
    private static int sum(List<Pipeline> pipelines, ToIntFunction<LaneSums> figure) {
        return pipelines.stream()
                .filter(pipeline -> pipeline.spec().source() != null)
                .mapToInt(pipeline -> figure.applyAsInt(pipeline.lanes.sums))
                .sum();
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

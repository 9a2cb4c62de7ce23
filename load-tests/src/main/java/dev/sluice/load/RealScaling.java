package dev.sluice.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.engine.scaling.Figures;
import dev.sluice.engine.scaling.Reason;
import dev.sluice.engine.scaling.ScalingSimulation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Plays a load to an engine of its own under a policy, and looks at the admin API ten times a second meanwhile. */
final class RealScaling {
    /** What there is after the load: to drain, and to see what is kept for nothing. */
    private static final double TAIL = 0.5;

    private static final double GIVE_UP_SECONDS = 180;
    private static final long LOOK_NANOS = 100_000_000L;
    private static final double LATE_SECONDS = 1;
    private static final int CONCURRENCY = 4;

    private final Lab lab;
    private final double seconds;

    /** @param seconds that a load takes */
    RealScaling(Lab lab, double seconds) {
        this.lab = lab;
        this.seconds = seconds;
    }

    /** What one run showed, in the form of the simulator's. */
    ScalingSimulation.Run run(RealLoad load, String policy) throws IOException, InterruptedException {
        var scaling = "{policy: " + policy + ", max: 64, idle: 10s}";
        var engine = ServedEngine.start(lab, new ServedEngine.Setting(scaling, CONCURRENCY, 500, 200, true), 1_000_000);
        var rows = new ArrayList<ScalingSimulation.Row>();
        var started = System.nanoTime();
        var slotSeconds = 0.0;
        var before = 0.0;
        for (var tick = 1; ; tick++) {
            sleepUntil(started + tick * LOOK_NANOS);
            var now = (System.nanoTime() - started) / 1e9;
            var due = load.due(now, seconds) - engine.events().sent();
            engine.events().publish(due, "load");
            var row = row(now, due / (now - before), engine.api().scaling(), rows);
            slotSeconds += row.instances() * CONCURRENCY * (now - before);
            rows.add(row);
            before = now;
            if (now > seconds * (1 + TAIL) && (row.lag() == 0 || now > GIVE_UP_SECONDS)) {
                break;
            }
        }
        var begun = engine.begun();
        var sent = engine.events().sent();
        engine.stop();
        if (begun.size() != sent) {
            throw new BenchException(sent + " events were sent and " + begun.size() + " begun under policy " + policy);
        }
        var figures = new Figures(drainSeconds(begun), slotSeconds, waitP99(begun), directionChanges(rows));
        return new ScalingSimulation.Run(
                "real " + load.name().toLowerCase(Locale.ROOT), policy, rows, figures, List.of());
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        var left = nanos - System.nanoTime();
        if (left > 0) {
            Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    private static ScalingSimulation.Row row(
            double second, double perSecond, JsonNode figures, List<ScalingSimulation.Row> rows) {
        var lag = figures.path("lagEvents");
        var last = rows.isEmpty() ? 0 : rows.get(rows.size() - 1).lag();
        var ready = figures.path("ready").asInt();
        return new ScalingSimulation.Row(
                second,
                perSecond,
                lag.isNumber() ? lag.asLong() : last,
                figures.path("wanted").asInt() * CONCURRENCY,
                figures.path("leased").asInt(),
                ready * CONCURRENCY,
                ready
                        + figures.path("starting").asInt()
                        + figures.path("draining").asInt(),
                Reason.valueOf(figures.path("reason").asText()));
    }

    /** The longest time in which events stood waiting that had waited a second already, as the simulator counts it. */
    static double drainSeconds(List<ServedEngine.Begun> begun) {
        var longest = 0.0;
        var from = 0.0;
        var to = 0.0;
        var bySent = new ArrayList<>(begun);
        bySent.sort((a, b) -> Long.compare(a.sentMicros(), b.sentMicros()));
        for (var event : bySent) {
            if (event.waitSeconds() > LATE_SECONDS) {
                var late = event.sentMicros() / 1e6 + LATE_SECONDS;
                if (late > to) {
                    from = late;
                }
                to = Math.max(to, event.begunMicros() / 1e6);
                longest = Math.max(longest, to - from);
            }
        }
        return longest;
    }

    static double waitP99(List<ServedEngine.Begun> begun) {
        var waits = begun.stream()
                .mapToDouble(ServedEngine.Begun::waitSeconds)
                .sorted()
                .toArray();
        return waits.length == 0 ? 0 : waits[(int) Math.min(waits.length - 1, Math.ceil(0.99 * waits.length))];
    }

    static int directionChanges(List<ScalingSimulation.Row> rows) {
        var changes = 0;
        var direction = 0;
        for (var i = 1; i < rows.size(); i++) {
            var now = Integer.signum(rows.get(i).wanted() - rows.get(i - 1).wanted());
            changes += now != 0 && direction != 0 && now != direction ? 1 : 0;
            direction = now != 0 ? now : direction;
        }
        return changes;
    }
}

package dev.sluice.load;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * P15 as a row: what is alive on the heap of an engine that is full behind a stopped function, in the second half of the
 * hold by the first, at {@code -Xmx256m}. {@code bench memory} tells more.
 */
final class MemoryRow implements Figure {
    private static final int EVENTS = 1_000_000;
    private static final int QUICK_EVENTS = 200_000;
    private static final int HEAP_MIB = 256;
    private static final int HOLD_SECONDS = 20;
    private static final Duration PLANNED = Duration.ofSeconds(150);

    @Override
    public String id() {
        return "P15";
    }

    @Override
    public String what() {
        return "heap behind a stopped function with -Xmx256m, later / first half of the hold";
    }

    @Override
    public Duration planned(Plan plan) {
        return PLANNED;
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        progress.step("P15", PLANNED);
        var events = plan.equals(Plan.QUICK) ? QUICK_EVENTS : EVENTS;
        var result = new MemoryRun(lab, events, HEAP_MIB, HOLD_SECONDS, new PrintStream(PrintStream.nullOutputStream()))
                .run();
        progress.say(String.format(
                Locale.ROOT,
                "P15: %,d of %,d acknowledged, %,d lost, heap %d MiB full, %d later",
                result.acknowledged(),
                result.events(),
                result.lost(),
                result.heap().held(),
                result.heap().heldLater()));
        if (result.lost() > 0 || result.acknowledged() < events) {
            throw new BenchException(
                    "of " + events + " events " + result.acknowledged() + " were taken and " + result.lost() + " lost");
        }
        var round = new Round(result.heap().heldLater(), result.heap().held());
        return List.of(new Row(id(), what(), "MiB", Aim.atMost(1.1), List.of(round)));
    }
}

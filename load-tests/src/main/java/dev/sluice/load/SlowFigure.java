package dev.sluice.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How much of its slots the engine uses: events per second by what so many slots could do at most with a handler that takes
 * so long, by its own clock.
 *
 * @param ground the Kafka
 */
record SlowFigure(KafkaGround ground) implements Figure {
    private static final Duration START = Duration.ofSeconds(4);
    private static final Map<String, String> MILLIS = Map.of("millis", "20");

    private record Load(String name, String handler, int concurrency, double aim) {}

    private static final List<Load> LOADS = List.of(
            new Load("reactive", "Slow", 100, 0.97),
            new Load("reactive", "Slow", 1_000, 0.93),
            new Load("blocking", "SlowBlocking", 100, 0.97),
            new Load("blocking", "SlowBlocking", 1_000, 0.93));

    @Override
    public String id() {
        return "P7";
    }

    @Override
    public String what() {
        return "20 ms handlers / what their slots could do";
    }

    @Override
    public Duration planned(Plan plan) {
        return roundOf(plan).multipliedBy((long) plan.rounds() * LOADS.size());
    }

    private static Duration roundOf(Plan plan) {
        return START.plus(plan.warmUp()).plus(plan.round());
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        var rows = new ArrayList<Row>();
        var readers = new Readers(lab, ground, plan, progress, KafkaGround.EVENTS);
        for (var load : LOADS) {
            var what = String.format(Locale.ROOT, "%s, %,d x 20 ms / slots", load.name(), load.concurrency());
            var rounds = new ArrayList<Round>();
            for (var round = 1; round <= plan.rounds(); round++) {
                progress.step("P7 round " + round + ": " + what, roundOf(plan));
                var side = readers.engineOfOneRound(what, load.handler(), load.concurrency(), MILLIS);
                var pace = side.measureWarm(plan.warmUp(), plan.round());
                side.stop();
                rounds.add(new Round(pace.perSecond(), load.concurrency() * 1e9 / pace.handlerNanos()));
            }
            rows.add(new Row(id(), what, "events/s", Aim.atLeast(load.aim()), rounds));
        }
        return rows;
    }
}

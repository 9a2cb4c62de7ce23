package dev.sluice.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** P13 as a row: seconds from a backlog's appearance to 1,000 running; {@code bench scaling P13} tells more. */
final class BurstRow implements Figure {
    private static final int BACKLOG = 100_000;
    private static final Duration ROUND = Duration.ofSeconds(35);

    @Override
    public String id() {
        return "P13";
    }

    @Override
    public String what() {
        return "from no instance to 1,000 running 200 ms handlers behind 100,000 events";
    }

    @Override
    public Duration planned(Plan plan) {
        return ROUND.multipliedBy(plan.rounds() + 1L);
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        progress.step("P13", planned(plan));
        // The first backlog finds a JVM that has run nothing, and is the warm-up.
        var found = new BurstFigure(lab, progress, BACKLOG, plan.rounds() + 1, 1).measure();
        var rounds = found.manySeconds().stream().skip(1).map(Round::alone).toList();
        return List.of(new Row(id(), what(), "s", Aim.engineAtMost(1), rounds));
    }
}

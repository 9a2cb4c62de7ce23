package dev.sluice.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two sides measured in turns, A B A B: what drifts on the machine drifts for both.
 *
 * @param id names the figure in the progress
 * @param engine the engine's side
 * @param peer the other one
 * @param <M> what one round of a side brings
 */
record Duel<M>(String id, Side<M> engine, Side<M> peer) {
    /** One side of a figure. */
    interface Side<M> {
        /** What is measured, in a word or two. */
        String name();

        /** Works for this long without a figure; fails when the side does not do what is to be measured. */
        void warmUp(Duration time) throws IOException, InterruptedException;

        /** Works for this long and tells what it reached. */
        M measure(Duration time) throws IOException, InterruptedException;
    }

    /** Both measurements of one round. */
    record Turn<M>(M engine, M peer) {}

    /** Warms both sides up, then measures them in turns. */
    List<Turn<M>> run(Plan plan, Progress progress) throws IOException, InterruptedException {
        for (var side : List.of(engine, peer)) {
            progress.step(id + " warm-up: " + side.name(), plan.warmUp());
            side.warmUp(plan.warmUp());
        }
        return turns(plan, progress);
    }

    /** Measures them in turns; both are warm. */
    List<Turn<M>> turns(Plan plan, Progress progress) throws IOException, InterruptedException {
        var turns = new ArrayList<Turn<M>>();
        for (var round = 1; round <= plan.rounds(); round++) {
            turns.add(new Turn<>(measure(engine, round, plan, progress), measure(peer, round, plan, progress)));
        }
        return turns;
    }

    private M measure(Side<M> side, int round, Plan plan, Progress progress) throws IOException, InterruptedException {
        progress.step(id + " round " + round + " of " + plan.rounds() + ": " + side.name(), plan.round());
        return side.measure(plan.round());
    }
}

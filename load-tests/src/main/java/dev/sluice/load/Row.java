package dev.sluice.load;

import java.util.List;

/**
 * One figure: the engine against its peer.
 *
 * @param id its number in the list of goals
 * @param what what was measured, in words
 * @param unit of both sides
 * @param aim what the ratio, or the engine alone, is meant to reach; may be none
 * @param rounds what was measured, in the order of time; at least one
 */
record Row(String id, String what, String unit, Aim aim, List<Round> rounds) {
    Row {
        if (rounds.isEmpty()) {
            throw new IllegalArgumentException(id + " has no rounds");
        }
        rounds = List.copyOf(rounds);
    }

    /** The engine's median. */
    double engine() {
        return Statistics.median(rounds.stream().mapToDouble(Round::engine).toArray());
    }

    /** The peer's median. */
    double peer() {
        return Statistics.median(rounds.stream().mapToDouble(Round::peer).toArray());
    }

    /** The engine's median by the peer's; NaN when there is no peer. */
    double ratio() {
        return engine() / peer();
    }

    /**
     * How far the rounds lie apart in what the aim is about, the ratio or the engine's own figure: (largest - smallest)
     * / median. Another run's result may differ by as much. NaN of a single round.
     */
    double noise() {
        return Statistics.spread(rounds.stream()
                .mapToDouble(round ->
                        aim.ofRatio() && !Double.isNaN(round.peer()) ? round.engine() / round.peer() : round.engine())
                .toArray());
    }

    /** Whether the aim was reached; false when there is none. */
    boolean met() {
        return aim.metBy(aim.ofRatio() ? ratio() : engine());
    }
}

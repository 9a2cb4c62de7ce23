package dev.sluice.load.soak;

import java.util.List;

/** A scenario with figures of its own, instead of a load and its ledgers. */
interface Trial {
    /** As the command names it. */
    String name();

    /** Carries it out. */
    Result run(int rounds, Progress progress) throws Exception;

    /**
     * What it showed.
     *
     * @param figures a sentence each
     * @param broken promises that did not hold; none when all is well
     */
    record Result(List<String> figures, List<String> broken) {
        public Result {
            figures = List.copyOf(figures);
            broken = List.copyOf(broken);
        }
    }
}

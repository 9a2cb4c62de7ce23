package dev.sluice.broker.kafka;

/**
 * How many records of a partition may be run at the same time, so that one that ends its process is found, and none of
 * its neighbours pays for it. Pure; belongs to the poll thread, as its tracker.
 *
 * <p>The rule. A reader whose last commit is not clean died. Its successor puts the lowest 16 records that are not done
 * down for that death ({@link OffsetTracker#countDeath}) and stores this before it hands any of them out. Deaths are no
 * tries, and take the try back that they broke off: nothing is given up for them. From the second death on a record is
 * a suspect. Suspects are the lowest of all that is open, and are run first and alone:
 *
 * <pre>
 * ALONE    while the lowest open record is a suspect: it alone is run, when nothing else is. Its try is counted and
 * stored
 *          before it is handed out; what is stored is clean, since a death now counts for it and for nobody else.
 * CAREFUL  after that, until as many records are done as may have been open when the reader before died: 16 at a time,
 * the
 *          lowest first, so that the one that is to blame for the next death is among those that are put down for it.
 * FREE     otherwise.
 * </pre>
 *
 * <p>So a record that always ends its process is run freely twice, at most once among 16 and once more freely after it,
 * and from then on alone, until its tries are used up. A neighbour is run to its end, though it may have no retry.
 *
 * <p>What is in flight in other partitions of the process can be to blame for a death as well. That is why the caller
 * runs nothing of its other partitions while one of them is ALONE.
 */
final class SuspectRule {
    /** Deaths that make a suspect. */
    static final int DEATHS = 2;

    /** How a partition's records may be run. */
    enum Mode {
        FREE(Integer.MAX_VALUE),
        CAREFUL(CommitMetadata.TRIED_MAX),
        ALONE(1);

        /** Most records that may be handed out and not settled, the lowest open ones. */
        final int lentMax;

        Mode(int lentMax) {
            this.lentMax = lentMax;
        }
    }

    private final OffsetTracker tracker;
    private final int openMax;
    private long carefulUntil;

    /** @param openMax records that may have been open when the reader before died */
    SuspectRule(OffsetTracker tracker, int openMax) {
        this.tracker = tracker;
        this.openMax = openMax;
    }

    /** Whether a record is run alone. */
    static boolean isSuspect(OpenOffset record) {
        return record.deaths >= DEATHS;
    }

    /** How records may be handed out now. */
    Mode mode() {
        var lowest = tracker.lowest();
        if (lowest != null && isSuspect(lowest)) {
            carefulUntil = openMax;
            return Mode.ALONE;
        }
        return tracker.settled() < carefulUntil ? Mode.CAREFUL : Mode.FREE;
    }
}

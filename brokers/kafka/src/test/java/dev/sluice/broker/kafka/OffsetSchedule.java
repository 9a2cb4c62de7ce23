package dev.sluice.broker.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One random schedule of a partition: records are appended with gaps, fetched, tried, done in any order, dropped and
 * fetched again; positions are committed; readers crash at any point and others begin with what was committed last.
 *
 * <p>The model knows the log's records by their number, at most 64, and keeps sets of them as bits. After each step the
 * tracker's position, count and metadata are compared with it.
 */
final class OffsetSchedule {
    private static final int RECORDS_MAX = 64;

    private final SplittableRandom random;
    private final long[] log = new long[RECORDS_MAX];
    private int logged;
    private long end;

    /** What this reader has done, or knows to be done by those before it. */
    private long known;
    /** What it has fetched, or passed by because it was known. */
    private int fetched;

    private long open;
    private final int[] tries = new int[RECORDS_MAX];
    private final OpenOffset[] records = new OpenOffset[RECORDS_MAX];

    private long committedKnown;
    private final int[] committedTries = new int[RECORDS_MAX];
    private CommitMetadata committed;
    private String committedText;
    /** What this reader began with. */
    private CommitMetadata restored;

    private final int openMax;
    private final int pollMax;
    private OffsetTracker tracker;
    private int crashes;
    private int repeats;
    private long everDone;

    OffsetSchedule(long seed) {
        random = new SplittableRandom(seed);
        end = random.nextInt(4) == 0 ? 0 : random.nextLong() >>> (2 + random.nextInt(60));
        openMax = 1 + random.nextInt(24);
        pollMax = 1 + random.nextInt(8);
        tracker = new OffsetTracker(end, null, 5, openMax);
        committed = tracker.snapshot(true);
        committedText = committed.encode();
        restored = committed;
    }

    int crashes() {
        return crashes;
    }

    /** Records that were done and came again. */
    int repeats() {
        return repeats;
    }

    void run() {
        for (var steps = 5 + random.nextInt(40); steps > 0; steps--) {
            step();
            check();
        }
        crash();
        check();
        readAll();
    }

    private void step() {
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> poll();
            case 4, 5, 6, 7, 8, 9 -> settle();
            case 10 -> attempt();
            case 11, 12 -> commit();
            case 13 -> forget();
            case 14 -> pass();
            default -> crash();
        }
    }

    private void poll() {
        if (tracker.open() >= openMax) {
            if (tracker.hasRoom(pollMax)) {
                throw new AssertionError("room beyond " + openMax);
            }
            return;
        }
        if (!tracker.hasRoom(pollMax)) {
            throw new AssertionError("no room though only " + tracker.open() + " are open");
        }
        for (var more = random.nextInt(pollMax + 1); more > 0 && fetched < RECORDS_MAX; more--) {
            if (fetched == logged) {
                append();
            }
            fetch();
        }
    }

    private void append() {
        if (random.nextInt(3) == 0) {
            end += random.nextLong(1L << random.nextInt(31));
        }
        log[logged++] = end++;
    }

    private void fetch() {
        var number = fetched++;
        var offset = log[number];
        var wasKnown = (known & bit(number)) != 0;
        if (tracker.isDone(offset) != wasKnown) {
            throw new AssertionError("offset " + offset + (wasKnown ? " comes again" : " is skipped"));
        }
        if (wasKnown) {
            return;
        }
        var record = new OpenOffset(offset);
        tracker.delivered(record);
        if (record.tries() != tries[number]) {
            throw new AssertionError("offset " + offset + " has " + record.tries() + " tries");
        }
        records[number] = record;
        open |= bit(number);
        repeats += (everDone & bit(number)) != 0 ? 1 : 0;
    }

    private void settle() {
        if (open == 0) {
            return;
        }
        var number = anyOpen();
        require(tracker.done(records[number]), "was done before");
        require(!tracker.done(records[number]), "is done twice");
        open &= ~bit(number);
        known |= bit(number);
        everDone |= bit(number);
        require(tracker.isDone(log[number]), "is not done");
    }

    private void attempt() {
        if (open != 0) {
            var number = anyOpen();
            tracker.tries(records[number], ++tries[number]);
        }
    }

    private int anyOpen() {
        var left = open;
        for (var skip = random.nextInt(Long.bitCount(open)); skip > 0; skip--) {
            left &= left - 1;
        }
        return Long.numberOfTrailingZeros(left);
    }

    private void commit() {
        committed = checkedSnapshot(random.nextBoolean());
        committedText = committed.encode();
        if (committedText.length() > CommitMetadata.CHARS_MAX) {
            throw new AssertionError(committedText.length() + " characters");
        }
        if (!CommitMetadata.decode(committedText, committed.position()).equals(new CommitMetadata.Usable(committed))) {
            throw new AssertionError("does not come back: " + committed);
        }
        committedKnown = known;
        for (var number = 0; number < RECORDS_MAX; number++) {
            committedTries[number] = 0;
        }
        for (var one : expectedTries()) {
            committedTries[one] = tries[one];
        }
    }

    /** The lowest 16 that have tries, of those that are open and, beyond them, of those that an earlier reader left. */
    private List<Integer> expectedTries() {
        var lowest = new ArrayList<Integer>();
        var seen = 0;
        for (var number = 0; number < logged && seen < CommitMetadata.TRIED_MAX; number++) {
            var isOpen = (open & bit(number)) != 0;
            var isAhead = number >= fetched && (known & bit(number)) == 0 && tries[number] > 0;
            if (isOpen || isAhead) {
                seen++;
                if (tries[number] > 0) {
                    lowest.add(number);
                }
            }
        }
        return lowest;
    }

    /** The last records fetched are dropped undelivered, to be fetched again. */
    private void forget() {
        if (open == 0) {
            return;
        }
        var number = 63 - Long.numberOfLeadingZeros(open);
        if (number != fetched - 1) {
            return;
        }
        while (number > 0 && random.nextBoolean() && (open & bit(number - 1)) != 0) {
            number--;
        }
        tracker.forgetFrom(records[number]);
        for (var dropped = number; dropped < fetched; dropped++) {
            open &= ~bit(dropped);
            tries[dropped] = 0;
            for (var one : restored.tried()) {
                tries[dropped] = one.offset() == log[dropped] ? one.tries() : tries[dropped];
            }
        }
        fetched = number;
    }

    /** The log's end is reached and has no record. */
    private void pass() {
        if (fetched == logged) {
            end += random.nextInt(4);
            tracker.passed(end);
        }
    }

    private void crash() {
        crashes++;
        var decoded = CommitMetadata.decode(committedText, committed.position());
        restored = ((CommitMetadata.Usable) decoded).metadata();
        tracker = new OffsetTracker(restored.position(), restored, 5, openMax);
        known = committedKnown;
        open = 0;
        fetched = 0;
        while (fetched < logged && log[fetched] < restored.position()) {
            if ((known & bit(fetched)) == 0) {
                throw new AssertionError("offset " + log[fetched] + " is below the position and not done");
            }
            fetched++;
        }
        System.arraycopy(committedTries, 0, tries, 0, RECORDS_MAX);
    }

    private void readAll() {
        while (fetched < logged) {
            fetch();
            check();
        }
        while (open != 0) {
            settle();
            check();
        }
        if (logged > 0 && tracker.position() <= log[logged - 1]) {
            throw new AssertionError("stands at " + tracker.position());
        }
    }

    private void check() {
        if (tracker.open() != Long.bitCount(open)) {
            throw new AssertionError(tracker.open() + " open");
        }
        var lowest = tracker.lowest();
        require(lowest == null ? open == 0 : lowest.offset() == log[Long.numberOfTrailingZeros(open)], "lowest");
        if (random.nextInt(16) == 0) {
            checkedSnapshot(false);
        }
    }

    /** A snapshot that says exactly of each record what the model says. */
    private CommitMetadata checkedSnapshot(boolean clean) {
        var snapshot = tracker.snapshot(clean);
        require(snapshot.position() == tracker.position(), "position of another moment");
        for (var number = 0; number < logged; number++) {
            var isDone = isDone(snapshot, log[number]);
            if (isDone != ((known & bit(number)) != 0)) {
                throw new AssertionError(log[number] + (isDone ? " is" : " is not") + " done in " + snapshot);
            }
        }
        var expected = new ArrayList<CommitMetadata.Tried>();
        for (var number : expectedTries()) {
            expected.add(new CommitMetadata.Tried(log[number], tries[number], 0));
        }
        if (!snapshot.tried().equals(expected)) {
            throw new AssertionError("tried " + snapshot.tried() + " instead of " + expected);
        }
        return snapshot;
    }

    private static boolean isDone(CommitMetadata metadata, long offset) {
        for (var run = 0; run < metadata.runs(); run++) {
            if (metadata.runStart(run) <= offset && offset < metadata.runEnd(run)) {
                return true;
            }
        }
        return offset < metadata.position();
    }

    private static long bit(int number) {
        return 1L << number;
    }

    private static void require(boolean right, String otherwise) {
        if (!right) {
            throw new AssertionError(otherwise);
        }
    }
}

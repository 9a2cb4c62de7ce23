package dev.sluice.broker.kafka;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How far one reader is in one partition, from its assignment until it is taken away.
 *
 * <p>Design. Kept are only the records that are open, as a list in the order of their offsets, and the offset that is
 * expected next: whatever lies between is done, be it that its record was settled or that it never had one. So nothing
 * depends on how many offsets a gap has, an offset is registered at the list's end and taken out of its middle in O(1),
 * and what is held grows with what is open. Runs that an earlier reader left done count as done from where this one has
 * not fetched yet.
 *
 * <p>Threads. All belongs to the poll thread, but {@link #done} and {@link #tries}, which come from anywhere: a record
 * that is done is pushed on a stack, whose links are the records themselves (so it holds no more than is open, and
 * allocates nothing); the poll thread takes the whole stack when it asks for something. Pushing publishes the record;
 * taking all at once leaves no room for a reused head.
 */
final class OffsetTracker {
    /** The most offsets between the lowest open one and the next expected; long gaps do not count. */
    static final int SPAN_MAX = 1_000_000;

    private final int openMax;
    private final long triggers;
    private final RestoredRuns restored;
    private List<CommitMetadata.Tried> restoredTries;
    private final AtomicReference<@Nullable OpenOffset> done = new AtomicReference<>();

    /** Its higher neighbour is the lowest open one, its lower one the highest; itself when nothing is open. */
    private final OpenOffset ends = new OpenOffset(-1);

    private int open;
    private long next;
    private int longGaps;
    private long longGapOffsets;
    private int deathsToCount;
    private long settled;
    private boolean changed;
    /** Read and cleared in one step, so that tries noted before it was seen set are seen too. */
    private final AtomicBoolean triesChanged = new AtomicBoolean();

    private long[] runs = new long[16];
    private int runCount;

    /**
     * A tracker that expects the position next.
     *
     * @param restored what was committed with the position; null when nothing usable was
     * @param triggers the hash of the triggers, to be committed
     * @param openMax open records from which on nothing more is fetched
     */
    OffsetTracker(long position, @Nullable CommitMetadata restored, long triggers, int openMax) {
        if (position < 0 || openMax < 1) {
            throw new IllegalArgumentException("position " + position + ", " + openMax + " open");
        }
        if (restored != null && restored.position() != position) {
            throw new IllegalArgumentException("metadata of " + restored.position() + " at " + position);
        }
        this.next = position;
        this.restored = new RestoredRuns(restored);
        this.restoredTries = restored == null ? List.of() : restored.tried();
        this.triggers = triggers;
        this.openMax = openMax;
    }

    // ---- the poll thread

    /**
     * Puts the lowest records that are not done down for the death of the reader before this one: those whose tries it
     * stored, and each of the first 16 that are registered. Which ones there are is only known when they are fetched,
     * since offsets may have no record. The counts must be stored before any of them is handed out. To be called before
     * anything is registered, when what was committed is not clean.
     *
     * <p>The last try that is known of each is taken back: a death is not the event's failure until it is shown to be.
     * (Who runs an event alone counts its try beforehand, and stores clean metadata.)
     */
    void countDeath() {
        deathsToCount = CommitMetadata.TRIED_MAX;
        restoredTries = restoredTries.stream()
                .map(one -> new CommitMetadata.Tried(one.offset(), Math.max(0, one.tries() - 1), one.deaths() + 1))
                .toList();
        changed = true;
    }

    /** Records that were done since the tracker began. */
    long settled() {
        drain();
        return settled;
    }

    /** The offset after the highest one that was registered or passed. */
    long next() {
        return next;
    }

    /**
     * Whether an offset needs no delivery, since this reader or one before it has done it, or it never had a record.
     */
    boolean isDone(long offset) {
        drain();
        return offset >= next ? restored.contains(offset) : find(offset) == null;
    }

    /**
     * The open record at an offset below {@link #next}; null when it is done. Takes time in proportion to what is open.
     */
    @Nullable
    OpenOffset find(long offset) {
        drain();
        for (var record = ends.lower; record != ends && record.offset() >= offset; record = record.lower) {
            if (record.offset() == offset) {
                return record;
            }
        }
        return null;
    }

    /**
     * Registers a record that was fetched; it is open from now on and knows the tries of earlier readers. Offsets that
     * lie between it and the one before have no record and are done.
     *
     * @throws IllegalArgumentException when it lies below {@link #next}, or an earlier reader has done it
     */
    void delivered(OpenOffset record) {
        var offset = record.offset();
        if (offset < next || record.isListed() || record.isDone() || restored.contains(offset)) {
            throw new IllegalArgumentException("offset " + offset + " was delivered before; expected " + next);
        }
        pass(offset);
        record.longGapsBelow = longGaps;
        record.longGapOffsetsBelow = longGapOffsets;
        var known = restoreTries(record);
        if (deathsToCount > 0) {
            deathsToCount--;
            record.countsDeath = true;
            record.deaths += known ? 0 : 1;
        }
        record.higher = ends;
        record.lower = ends.lower;
        ends.lower.higher = record;
        ends.lower = record;
        open++;
        next = offset + 1;
        changed = true;
    }

    /** Tells that all records below the offset were fetched: there is none between the last one and it. */
    void passed(long offset) {
        if (offset > next) {
            pass(offset);
            changed = true;
        }
    }

    private void pass(long offset) {
        var gap = offset - next;
        if (gap >= RunCode.GAP_LONG) {
            longGaps++;
            longGapOffsets += gap;
        }
        next = offset;
    }

    /** Whether an earlier reader left something of the record. */
    private boolean restoreTries(OpenOffset record) {
        for (var one : restoredTries) {
            if (one.offset() == record.offset()) {
                record.tries(one.tries());
                record.deaths = one.deaths();
                return true;
            }
        }
        return false;
    }

    /**
     * Forgets an open record and all above it, as if they had not been fetched: what is expected next is its offset.
     * For records that were not handed out. Those above it that are done are forgotten too, and come again.
     */
    void forgetFrom(OpenOffset first) {
        drain();
        if (!first.isListed()) {
            throw new IllegalArgumentException("offset " + first.offset() + " is not open");
        }
        next = first.offset();
        longGaps = first.longGapsBelow;
        longGapOffsets = first.longGapOffsetsBelow;
        for (var record = ends.lower; record.offset() >= next; record = ends.lower) {
            deathsToCount += record.countsDeath ? 1 : 0;
            unlink(record);
        }
        changed = true;
    }

    /** The lowest open offset; the next expected one when none is. */
    long position() {
        drain();
        return open > 0 ? ends.higher.offset() : restored.endOfRunAt(next);
    }

    /** Records that are open. */
    int open() {
        drain();
        return open;
    }

    /** The lowest open record; null when none is. */
    @Nullable
    OpenOffset lowest() {
        drain();
        return open > 0 ? ends.higher : null;
    }

    /** The open record after another one; null when there is none. */
    @Nullable
    OpenOffset after(OpenOffset record) {
        return record.higher == ends ? null : record.higher;
    }

    /** Offsets from the lowest open one to the last fetched; those in long gaps do not count. */
    long span() {
        drain();
        return open == 0 ? 0 : next - ends.higher.offset() - (longGapOffsets - ends.higher.longGapOffsetsBelow);
    }

    /**
     * Whether a poll may bring so many records more: what is open and far apart is within the limits, and the worst
     * that can become of it and of the records to come can be committed. Always true when nothing is open.
     */
    boolean hasRoom(int pollMax) {
        drain();
        if (open == 0) {
            return true;
        }
        var span = span();
        if (open >= openMax || span >= SPAN_MAX) {
            return false;
        }
        var longOnes = longGaps - ends.higher.longGapsBelow + restored.longRunsFrom(next);
        return RunCode.bitsMax(
                        (long) open + pollMax + restored.openFrom(next),
                        span + pollMax + restored.spanFrom(next),
                        longOnes)
                <= RunCode.BITS;
    }

    /** Whether a snapshot would not be equal to the last one. */
    boolean changed() {
        drain();
        return changed || triesChanged.get();
    }

    /**
     * Position and runs of this moment, to be committed together; the tries may be those of a later moment, which harms
     * nobody: more of them are known.
     *
     * @param clean whether no try is under way that the records' tries do not count
     */
    CommitMetadata snapshot(boolean clean) {
        triesChanged.getAndSet(false);
        drain();
        changed = false;
        var position = position();
        runCount = 0;
        var end = position;
        for (var record = ends.higher; record != ends; record = record.higher) {
            addRun(end, record.offset());
            end = record.offset() + 1;
        }
        if (open > 0) {
            addRun(end, next);
        }
        var from = Math.max(position, next);
        for (var run = restored.firstFrom(from); run < restored.count(); run++) {
            addRun(Math.max(from, restored.start(run)), restored.end(run));
        }
        return CommitMetadata.of(position, triggers, clean, tried(), runs, runCount);
    }

    private void addRun(long start, long end) {
        if (start >= end) {
            return;
        }
        if (runCount > 0 && runs[2 * runCount - 1] == start) {
            runs[2 * runCount - 1] = end;
            return;
        }
        if (2 * runCount == runs.length) {
            runs = Arrays.copyOf(runs, 2 * runs.length);
        }
        runs[2 * runCount] = start;
        runs[2 * runCount + 1] = end;
        runCount++;
    }

    private List<CommitMetadata.Tried> tried() {
        var tried = new ArrayList<CommitMetadata.Tried>(CommitMetadata.TRIED_MAX);
        var seen = 0;
        for (var record = ends.higher; record != ends && seen < CommitMetadata.TRIED_MAX; record = record.higher) {
            seen++;
            var tries = record.tries();
            if (tries > 0 || record.deaths > 0) {
                tried.add(new CommitMetadata.Tried(record.offset(), tries, record.deaths));
            }
        }
        for (var one : restoredTries) {
            if (one.offset() >= next && seen < CommitMetadata.TRIED_MAX) {
                seen++;
                tried.add(one);
            }
        }
        return tried;
    }

    private void drain() {
        if (done.getOpaque() == null) {
            return;
        }
        var record = done.getAndSet(null);
        while (record != null) {
            var following = record.nextDone;
            record.nextDone = null;
            if (record.settles.isListed()) {
                unlink(record.settles);
                settled++;
                changed = true;
            }
            record = following;
        }
    }

    private void unlink(OpenOffset record) {
        record.lower.higher = record.higher;
        record.higher.lower = record.lower;
        record.lower = record;
        record.higher = record;
        open--;
    }

    // ---- any thread

    /**
     * Settles a record; true when it was open. Once it returns, whichever it returns, the poll thread knows.
     * Idempotent, from any thread, without a lock.
     */
    boolean done(OpenOffset record) {
        if (record.claimDone()) {
            push(record);
            record.donePublished();
            return true;
        }
        if (!record.isDonePublished()) {
            // Another thread is about to push it, and may have been stopped just before.
            push(record.standIn());
        }
        return false;
    }

    private void push(OpenOffset record) {
        OpenOffset head;
        do {
            head = done.get();
            record.nextDone = head;
        } while (!done.compareAndSet(head, record));
    }

    /** Notes how many tries of a record have begun, earlier readers' included. From any thread. */
    void tries(OpenOffset record, int begun) {
        record.tries(begun);
        triesChanged.set(true);
    }
}

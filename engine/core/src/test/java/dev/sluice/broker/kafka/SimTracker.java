package dev.sluice.broker.kafka;

import java.util.HashMap;
import java.util.Map;

/**
 * The real bookkeeping of a partition's offsets, for the simulation of the engine: what it commits is text, and what it
 * begins with is such a text, as between two processes. In this package to reach it.
 */
public final class SimTracker {
    private final OffsetTracker tracker;
    private final Map<Long, OpenOffset> open = new HashMap<>();

    /** What is committed: a position and its metadata, which went through their text. */
    public static final class Commit {
        private final CommitMetadata metadata;

        private Commit(CommitMetadata written) {
            var decoded = CommitMetadata.decode(written.encode(), written.position());
            if (!(decoded instanceof CommitMetadata.Usable usable)) {
                throw new AssertionError(written + " comes back as " + decoded);
            }
            metadata = usable.metadata();
        }

        public long position() {
            return metadata.position();
        }

        /** Whether the next reader takes the offset for done. */
        public boolean covers(long offset) {
            if (offset < metadata.position()) {
                return true;
            }
            for (var run = 0; run < metadata.runs(); run++) {
                if (metadata.runStart(run) <= offset && offset < metadata.runEnd(run)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String toString() {
            return metadata.toString();
        }
    }

    /**
     * Begins where the last one stopped.
     *
     * @param committed what it has committed; null for the first one, at the offset 0
     */
    public SimTracker(Commit committed, int openMax) {
        if (committed == null) {
            tracker = new OffsetTracker(0, null, 7, openMax);
            return;
        }
        tracker = new OffsetTracker(committed.position(), committed.metadata, 7, openMax);
        if (!committed.metadata.clean()) {
            tracker.countDeath();
        }
    }

    /** The position to fetch from. */
    public long next() {
        return tracker.next();
    }

    public boolean isDone(long offset) {
        return tracker.isDone(offset);
    }

    public boolean hasRoom(int pollMax) {
        return tracker.hasRoom(pollMax);
    }

    /** Whether a death is put down for the record, which is to be stored before it is handed out. */
    public boolean delivered(long offset) {
        var record = new OpenOffset(offset);
        tracker.delivered(record);
        open.put(offset, record);
        return record.countsDeath;
    }

    /** There is no record below the offset but those that were delivered. */
    public void passed(long offset) {
        tracker.passed(offset);
    }

    public int tries(long offset) {
        return open.get(offset).tries();
    }

    public void tries(long offset, int begun) {
        tracker.tries(open.get(offset), begun);
    }

    public void done(long offset) {
        tracker.done(open.get(offset));
    }

    /** @param clean whether no try is under way */
    public Commit snapshot(boolean clean) {
        return new Commit(tracker.snapshot(clean));
    }
}

package dev.sluice.broker.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the event that ends the process in which it runs, so that it is given up after its tries and not run for ever.
 *
 * <p>A reader that gives a partition up says so with its last commit; one whose last commit does not say so died, and the
 * lowest offsets that were not done then are each put down for one death ({@link #afterDeath}). An event put down for two
 * is a suspect. Suspects are lent one at a time over all partitions of a member, and nothing else of their partition is
 * meanwhile; the try is counted and stored before the event is lent, so that the next death counts for this one alone.
 * An event that was merely near by passes, and its partition goes on as ever once no suspect is left.
 */
final class Suspects {
    private static final Logger LOG = LoggerFactory.getLogger(Suspects.class);
    private static final int DEATHS = 2;
    private static final Duration COMMIT_MAX = Duration.ofSeconds(5);

    private final KafkaMember member;
    private final Commits commits;
    private @Nullable KafkaDelivery alone;

    Suspects(KafkaMember member, Commits commits) {
        this.member = member;
        this.commits = commits;
    }

    static boolean isOne(OpenOffset record) {
        return record.deaths >= DEATHS;
    }

    /** What the next reader goes by: the lowest offsets that are not done are each put down for one death more. */
    static CommitMetadata afterDeath(CommitMetadata committed) {
        if (committed.clean()) {
            return committed;
        }
        var tried = new ArrayList<CommitMetadata.Tried>();
        var runs = new long[2 * committed.runs()];
        var offset = committed.position();
        for (var run = 0; run < committed.runs(); run++) {
            runs[2 * run] = committed.runStart(run);
            runs[2 * run + 1] = committed.runEnd(run);
            for (; offset < committed.runStart(run) && tried.size() < CommitMetadata.TRIED_MAX; offset++) {
                tried.add(oneDeathMore(committed, offset));
            }
            offset = Math.max(offset, committed.runEnd(run));
        }
        for (; tried.size() < CommitMetadata.TRIED_MAX; offset++) {
            tried.add(oneDeathMore(committed, offset));
        }
        return CommitMetadata.of(committed.position(), committed.triggers(), false, tried, runs, committed.runs());
    }

    private static CommitMetadata.Tried oneDeathMore(CommitMetadata committed, long offset) {
        for (var one : committed.tried()) {
            if (one.offset() == offset) {
                return new CommitMetadata.Tried(offset, one.tries(), one.deaths() + 1);
            }
        }
        return new CommitMetadata.Tried(offset, 0, 1);
    }

    /**
     * Lends the next suspect once the former is settled, and lets a partition go on that has none left. On the poll thread.
     *
     * @throws org.apache.kafka.common.KafkaException when a try could not be stored, so that nothing was lent
     */
    void tick(Consumer<?, ?> consumer) {
        var present = alone;
        // One that a pause had forgotten before it was lent is not listed any more.
        if (present != null && !present.isDone() && present.isListed() && !present.reading.hasEnded()) {
            return;
        }
        alone = null;
        for (var one : member.owned()) {
            var reading = one.reading;
            if (reading != null && reading.isHeldForSuspects()) {
                next(consumer, reading);
                if (alone != null) {
                    return;
                }
            }
        }
    }

    private void next(Consumer<?, ?> consumer, PartitionReading reading) {
        if (reading.lent() > 0) {
            return;
        }
        var head = reading.head();
        if (head != null && isOne(head)) {
            LOG.warn(
                    "{} was being worked on when {} readers died: it is run by itself, for the {}. time",
                    head,
                    head.deaths,
                    head.tries() + 1);
            head.tries(head.tries() + 1);
            reading.countedBefore = true;
            try {
                commits.now(consumer, List.of(reading), true, COMMIT_MAX);
            } catch (RuntimeException error) {
                head.tries(head.tries() - 1);
                throw error;
            }
            alone = head;
            reading.lendAlone(head);
        } else {
            reading.countedBefore = false;
            commits.now(consumer, List.of(reading), false, COMMIT_MAX);
            reading.goOn();
        }
        member.drain();
    }
}

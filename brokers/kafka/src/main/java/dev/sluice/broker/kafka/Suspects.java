package dev.sluice.broker.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lends what was near when earlier readers died as {@link SuspectRule} says, so that the event that ends the process in
 * which it runs is found. All on the poll thread; what is held back here is granted by it, a few records at a time.
 *
 * <p>While a suspect runs by itself nothing else of the member is lent. So that one which merely takes long holds
 * nobody up for ever, what else runs is waited for {@link #WAIT_NANOS} at most, and a suspect that ran for {@link
 * #CLEARED_NANOS} without harm is none any more.
 */
final class Suspects {
    private static final Logger LOG = LoggerFactory.getLogger(Suspects.class);
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long CLEARED_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final Duration COMMIT_MAX = Duration.ofSeconds(5);

    private final KafkaMember member;
    private final Commits commits;
    private @Nullable OpenOffset alone;
    private long aloneSinceNanos;
    private boolean waiting;
    private long waitingSinceNanos;

    Suspects(KafkaMember member, Commits commits) {
        this.member = member;
        this.commits = commits;
    }

    /**
     * Grants what may be lent now.
     *
     * @throws org.apache.kafka.common.KafkaException when what has to be stored before could not be, so nothing was
     *     granted
     */
    void tick(Consumer<?, ?> consumer) {
        var restricted = restricted();
        if (restricted.isEmpty()) {
            return;
        }
        storeDeaths(consumer, restricted);
        var suspected = suspected(restricted);
        if (suspected != null) {
            for (var one : member.owned()) {
                var other = one.reading;
                if (other != null && other != suspected) {
                    other.restrict(0);
                }
            }
            runAlone(consumer, suspected);
        } else {
            alone = null;
            waiting = false;
            for (var reading : restricted) {
                goOn(consumer, reading);
            }
        }
        member.drain();
    }

    private List<PartitionReading> restricted() {
        var restricted = new ArrayList<PartitionReading>();
        for (var one : member.owned()) {
            var reading = one.reading;
            if (reading != null && reading.isRestricted()) {
                restricted.add(reading);
            }
        }
        return restricted;
    }

    private void storeDeaths(Consumer<?, ?> consumer, List<PartitionReading> restricted) {
        var unstored =
                restricted.stream().filter(reading -> reading.deathsUnstored).toList();
        if (!unstored.isEmpty()) {
            commits.now(consumer, unstored, false, COMMIT_MAX);
            unstored.forEach(reading -> reading.deathsUnstored = false);
        }
    }

    /** The first of those that have to run something alone; null when none has. */
    private static @Nullable PartitionReading suspected(List<PartitionReading> restricted) {
        for (var reading : restricted) {
            if (!reading.isPaused() && reading.rule.mode() == SuspectRule.Mode.ALONE) {
                return reading;
            }
        }
        return null;
    }

    private void runAlone(Consumer<?, ?> consumer, PartitionReading reading) {
        var suspect = reading.tracker.lowest();
        if (suspect == null) {
            return;
        }
        var now = member.gate.nanos();
        if (suspect == alone) {
            if (reading.lent() == 0) {
                aloneSinceNanos = now;
            } else if (now - aloneSinceNanos >= CLEARED_NANOS) {
                LOG.info("{} runs for long by itself and does no harm", suspect);
                suspect.deaths = 0;
            }
            return;
        }
        reading.restrict(0);
        if (!waiting) {
            waiting = true;
            waitingSinceNanos = now;
        }
        if (lent() > 0 && now - waitingSinceNanos < WAIT_NANOS) {
            return;
        }
        waiting = false;
        LOG.warn("{} was being worked on when {} readers died: it is run by itself", suspect, suspect.deaths);
        reading.countedBefore = true;
        suspect.tries(suspect.tries() + 1);
        try {
            commits.now(consumer, List.of(reading), true, COMMIT_MAX);
        } catch (RuntimeException error) {
            suspect.tries(suspect.tries() - 1);
            throw error;
        }
        alone = suspect;
        aloneSinceNanos = now;
        reading.restrict(1);
    }

    private int lent() {
        var lent = 0;
        for (var one : member.owned()) {
            var reading = one.reading;
            lent += reading == null || reading.hasEnded() ? 0 : reading.lent();
        }
        return lent;
    }

    private void goOn(Consumer<?, ?> consumer, PartitionReading reading) {
        if (reading.countedBefore) {
            reading.countedBefore = false;
            try {
                commits.now(consumer, List.of(reading), false, COMMIT_MAX);
            } catch (RuntimeException error) {
                reading.countedBefore = true;
                throw error;
            }
        }
        var mode = reading.rule.mode();
        if (mode == SuspectRule.Mode.FREE) {
            reading.free();
        } else {
            reading.restrict(Math.max(0, mode.lentMax - reading.lent()));
        }
    }
}

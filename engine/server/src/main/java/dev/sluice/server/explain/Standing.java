package dev.sluice.server.explain;

import dev.sluice.broker.Lag.PartitionLag;
import dev.sluice.broker.Start;
import dev.sluice.broker.StoredEvent;
import dev.sluice.engine.TriggerStatus;
import dev.sluice.server.explain.Explanation.Outcome;
import dev.sluice.server.manifest.TriggerManifest;
import org.jspecify.annotations.Nullable;

/**
 * What follows for an event that stands on its topic and of which nothing was kept, from how far the trigger has read.
 *
 * @param trigger the trigger
 * @param reading how it reads the topic
 * @param status of the trigger on this node; null when it has none
 * @param letters how far its dead letters were looked through for it, in words; it is none of them
 */
record Standing(
        TriggerManifest trigger,
        TriggerManifest.Reading reading,
        @Nullable TriggerStatus status,
        String letters) {
    /** What it comes to. */
    Past.End of(StoredEvent stored) {
        var place = place(stored);
        if (status == null) {
            return new Past.End(
                    Outcome.ELSEWHERE, "stands on " + place + "; " + trigger.name() + " does not run on this node");
        }
        var lag = lag(status, stored.partition());
        if (lag == null) {
            return new Past.End(
                    Outcome.ELSEWHERE,
                    "stands on " + place + ", which this node does not read for " + trigger.name() + ": ask the node"
                            + " that does" + held(status));
        }
        if (lag.position() < 0) {
            return undecided("stands on " + place + "; how far " + trigger.name()
                    + " has read there is not known on this node" + " just now" + held(status));
        }
        return stored.offset() < lag.position()
                ? behind(place, lag, stored.offset())
                : ahead(place, lag, stored.offset(), status);
    }

    /** The group's position is past it. */
    private Past.End behind(String place, PartitionLag lag, long offset) {
        var name = trigger.name();
        if (offset < lag.groupFirst()) {
            return new Past.End(
                    Outcome.BEFORE_START,
                    "was never given to " + name + ": it stands on " + place + ", before offset " + lag.groupFirst()
                            + ", where group " + reading.group() + " began, which had no position there (start: "
                            + reading.start() + ")");
        }
        var kept = "; its filter, as it is now, wants it; " + letters + "; what was decided on it is not kept";
        if (lag.first() >= 0 && offset >= lag.first()) {
            return new Past.End(
                    Outcome.TAKEN_OFF,
                    "was settled by " + name + ": it stands on " + place + ", behind the group's position "
                            + lag.position() + kept + ": it was not chosen for that, or its entries gave way");
        }
        var whence = lag.first() < 0 ? "" : ", and before offset " + lag.first() + ", at which this node began to read";
        var unless = reading.start().equals(Start.EARLIEST)
                ? "; an earlier reader of the group settled it, unless the position was moved over it by a reset"
                : "; an earlier reader of the group settled it, or it is older than the group (start: "
                        + reading.start()
                        + "), or the position was moved over it by a reset: when it was stored, against when the group"
                        + " began, would tell";
        return new Past.End(
                Outcome.TAKEN_OFF,
                "is behind the position of " + name + ": it stands on " + place + ", behind position " + lag.position()
                        + whence + unless + kept + " beyond the process that made it");
    }

    /** The group's position is not past it. */
    private Past.End ahead(String place, PartitionLag lag, long offset, TriggerStatus now) {
        var name = trigger.name();
        if (lag.next() < 0) {
            return undecided("stands on " + place + ", not before the group's position " + lag.position()
                    + "; how far this node has fetched for " + name + " is not known just now: ask again" + held(now));
        }
        if (offset >= lag.next()) {
            var before = offset - lag.next();
            return new Past.End(
                    Outcome.NOT_FETCHED,
                    "was not fetched yet by " + name + ": it stands on " + place + ", with "
                            + (before == 1 ? "1 offset" : before + " offsets")
                            + " before it that are not fetched either"
                            + held(now));
        }
        return undecided("was fetched by " + name + " and is not open: it stands on " + place
                + ", and was settled before others that are open before it, from position " + lag.position()
                + " on, or was given back and comes again. Once the position is past it, it is settled; what was"
                + " decided on it is not kept");
    }

    private static Past.End undecided(String clause) {
        return new Past.End(Outcome.UNDECIDED, clause);
    }

    /** Where it stands. */
    String place(StoredEvent stored) {
        return reading.topic().name() + ", partition " + stored.partition() + ", offset " + stored.offset();
    }

    private static String held(TriggerStatus status) {
        return status.detail().isEmpty() ? "" : "; " + status.detail();
    }

    /** How far the trigger has read the partition, as a line; empty when that is not known. */
    String fact(int partition) {
        var lag = status == null ? null : lag(status, partition);
        return lag == null || lag.position() < 0
                ? ""
                : "position of the group: " + lag.position() + " of " + lag.end()
                        + (lag.next() < 0 ? "" : ", fetched up to " + lag.next());
    }

    private static @Nullable PartitionLag lag(TriggerStatus status, int partition) {
        var lag = status.lag();
        if (lag != null) {
            for (var each : lag.partitions()) {
                if (each.partition() == partition) {
                    return each;
                }
            }
        }
        return null;
    }
}

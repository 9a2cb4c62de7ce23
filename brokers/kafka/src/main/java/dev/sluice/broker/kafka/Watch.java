package dev.sluice.broker.kafka;

import dev.sluice.broker.EventSource.Trouble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can be seen of a member from outside: where its partitions end, whether they move, and what is wrong. Looks
 * once a second, on the poll thread; tells from any.
 */
final class Watch {
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PUBLISH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** What lasts no longer than this is no trouble. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final Duration ASK_MAX = Duration.ofSeconds(1);

    private final String topic;
    private final String group;
    private final SourceSettings settings;
    private final EndOffsets ends;
    private final KafkaMember member;
    private final Commits commits;
    private final PollGate gate;
    private final long beganNanos;

    private long dueNanos;
    private long publishNanos;
    private boolean joined;
    private boolean topicSeen;
    private volatile boolean asking;
    /** Since when a question has had no answer; 0 when none is open. */
    private volatile long unansweredNanos;

    private volatile @Nullable String ailing;
    private volatile @Nullable String apart;
    private volatile @Nullable String silent;

    Watch(String topic, String group, SourceSettings settings, EndOffsets ends, KafkaMember member, Commits commits) {
        this.topic = topic;
        this.group = group;
        this.settings = settings;
        this.ends = ends;
        this.member = member;
        this.commits = commits;
        this.gate = member.gate;
        this.beganNanos = gate.nanos();
        this.dueNanos = beganNanos;
        this.publishNanos = beganNanos;
    }

    // ---- the poll thread

    /** The consumer failed; it is tried again. */
    void failed(Throwable error) {
        var words = "the group can't be read: " + error.getMessage();
        if (!words.equals(ailing)) {
            LOG.warn("topic {}, group {}: {}", topic, group, words);
        }
        ailing = words;
    }

    /** The consumer works. */
    void well() {
        if (ailing != null) {
            LOG.info("topic {}, group {}: can be read again", topic, group);
            ailing = null;
        }
    }

    /** Looks at what is due. */
    void tick(@Nullable Consumer<?, ?> consumer) {
        var now = gate.nanos();
        if (now - publishNanos >= 0) {
            publishNanos = now + PUBLISH_NANOS;
            publish();
        }
        if (now - dueNanos < 0) {
            return;
        }
        dueNanos = now + EVERY_NANOS;
        askEnds(now);
        for (var one : member.owned()) {
            look(one, now);
        }
        apart = consumer == null ? unjoined(now) : membership(consumer, now);
    }

    /**
     * A fetch came, and with it where the partition ends: seconds before the next answer to {@link #askEnds}.
     *
     * @param next where the next fetch begins
     * @param behind how far that is before the end
     */
    void fetched(OwnedPartition one, long next, OptionalLong behind) {
        if (behind.isPresent()) {
            one.endFetchedNanos = gate.nanos();
            one.end = next + behind.getAsLong();
        }
    }

    /** Tells of positions as they are. */
    void publish() {
        topicSeen |= member.owned().length > 0;
        for (var one : member.owned()) {
            var reading = one.reading;
            if (reading != null && !reading.hasEnded()) {
                one.position = reading.tracker.position();
                one.open = reading.tracker.open();
                var lowest = reading.tracker.lowest();
                one.oldestOpenMillis =
                        lowest instanceof KafkaDelivery record ? record.timestamp() : OwnedPartition.UNKNOWN;
            }
        }
    }

    /** The end is there at least, since it was read. */
    private static void look(OwnedPartition one, PartitionReading reading) {
        if (one.end != OwnedPartition.UNKNOWN) {
            one.end = Math.max(one.end, reading.tracker.next());
        }
    }

    private void look(OwnedPartition one, long now) {
        var reading = one.reading;
        if (reading == null || one.stopped || reading.hasEnded()) {
            one.stuck = null;
            one.movedNanos = now;
            return;
        }
        look(one, reading);
        var tracker = reading.tracker;
        var mark = (tracker.position() * 31 + tracker.next()) * 31 + tracker.open();
        var idle = one.end != OwnedPartition.UNKNOWN && one.end <= tracker.position();
        if (mark != one.movedMark || idle || reading.isPaused() || one.movedNanos == 0) {
            one.movedMark = mark;
            one.movedNanos = now;
            one.stuck = null;
        } else if (one.stuck == null
                && one.end != OwnedPartition.UNKNOWN
                && now - one.movedNanos >= settings.watchdog().toNanos()) {
            one.stuck = "partition " + one.partition() + " stands still at position " + tracker.position() + " of "
                    + one.end + " for " + settings.watchdog().toSeconds() + " s, with " + tracker.open()
                    + " events open" + (member.hasDemand() ? "" : " and no demand");
            LOG.warn("topic {}, group {}: {}", topic, group, one.stuck);
        }
    }

    private void askEnds(long now) {
        var owned = member.owned();
        if (owned.length == 0) {
            unansweredNanos = 0;
            silent = null;
            return;
        }
        var since = unansweredNanos;
        if (since != 0 && now - since > PATIENCE_NANOS) {
            for (var one : owned) {
                one.end = OwnedPartition.UNKNOWN;
            }
            silent();
        }
        if (asking) {
            return;
        }
        asking = true;
        if (since == 0) {
            unansweredNanos = now == 0 ? 1 : now;
        }
        var at = new ArrayList<org.apache.kafka.common.TopicPartition>(owned.length);
        for (var one : owned) {
            at.add(one.at);
        }
        ends.of(at).whenComplete((found, error) -> {
            if (found != null) {
                for (var one : owned) {
                    var end = found.getOrDefault(one.at, OwnedPartition.UNKNOWN);
                    // What a fetch told since then is newer than the answer.
                    one.end = one.endFetchedNanos - now > 0 ? Math.max(one.end, end) : end;
                }
                unansweredNanos = 0;
                silent = null;
            }
            asking = false;
        });
    }

    /** A member that has nothing to fetch fails at nothing when its cluster dies: only this shows it. */
    private void silent() {
        if (silent == null) {
            silent = "the cluster has not told for over " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS)
                    + " s where the partitions end; can it be reached at "
                    + settings.consumer().get("bootstrap.servers") + "?";
            LOG.warn("topic {}, group {}: {}", topic, group, silent);
        }
    }

    private @Nullable String membership(Consumer<?, ?> consumer, long now) {
        joined = consumer.groupMetadata().generationId() >= 0;
        if (!joined) {
            return unjoined(now);
        }
        if (member.owned().length > 0) {
            return null;
        }
        try {
            var partitions = gate.undisturbed(() -> consumer.partitionsFor(topic, ASK_MAX));
            topicSeen |= partitions != null && !partitions.isEmpty();
            return partitions == null || partitions.isEmpty() ? missing() : null;
        } catch (UnknownTopicOrPartitionException | InvalidTopicException failed) {
            return missing() + " (" + failed.getMessage() + ")";
        } catch (KafkaException failed) {
            return "the partitions of topic '" + topic + "' can't be looked up: " + failed.getMessage();
        }
    }

    private String missing() {
        return "topic '" + topic + "' " + (topicSeen ? "does not exist any more" : "does not exist");
    }

    private @Nullable String unjoined(long now) {
        return ailing != null || now - beganNanos < PATIENCE_NANOS
                ? null
                : "group '" + group + "' was not joined yet; can the cluster be reached at "
                        + settings.consumer().get("bootstrap.servers") + "?";
    }

    // ---- any thread

    /** All that is wrong. */
    List<Trouble> troubles() {
        var all = new ArrayList<Trouble>();
        for (var why : new @Nullable String[] {ailing, apart, silent, commits.failure()}) {
            if (why != null) {
                all.add(new Trouble(-1, why));
            }
        }
        for (var one : member.owned()) {
            var why = one.complaint();
            if (why != null) {
                all.add(new Trouble(one.partition(), why));
            }
        }
        return all;
    }
}

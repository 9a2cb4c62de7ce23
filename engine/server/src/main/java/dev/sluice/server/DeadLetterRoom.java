package dev.sluice.server;

import dev.sluice.cli.ExitCode;
import dev.sluice.server.manifest.TopicRef;
import dev.sluice.server.manifest.TriggerManifest;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that what a trigger takes finds room as a dead letter, which is a little larger. In memory, a topic that
 * is too small is a mistake of the manifest. On a cluster it may be somebody else's: then the ways in that are ours
 * take no event that there is no room for, and a warning says so; others may still bring such events, which are parked
 * then.
 */
final class DeadLetterRoom {
    /** What a dead letter has on top of its event. */
    static final int EXTRA_BYTES = 4 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterRoom.class);

    private final List<TriggerManifest> triggers;
    private final int eventBytesMax;
    private final Set<String> checked = new HashSet<>();

    /** @param eventBytesMax the largest event that comes in by HTTP */
    DeadLetterRoom(List<TriggerManifest> triggers, int eventBytesMax) {
        this.triggers = triggers.stream()
                .filter(trigger -> trigger.reading() != null && trigger.deadLetters() != null)
                .toList();
        this.eventBytesMax = eventBytesMax;
    }

    /** @throws NodeException when a topic in memory is too small */
    void check(Topics topics) throws NodeException {
        for (var trigger : triggers) {
            var letters = Objects.requireNonNull(trigger.deadLetters());
            var takes = topics.gate(letters) != null
                    ? Integer.MAX_VALUE
                    : topics.sink(letters).sizeMaxBytes();
            if (takes < eventBytesMax + EXTRA_BYTES) {
                throw new NodeException(
                        ExitCode.INVALID,
                        trigger.place() + ": trigger '" + trigger.name() + "': topic " + letters + " takes events of "
                                + takes + " bytes, but a dead letter may have " + (eventBytesMax + EXTRA_BYTES)
                                + ": raise the broker's event-bytes-max",
                        null);
            }
        }
    }

    /** Looks at the triggers whose topics on clusters have all been opened by now. */
    synchronized void opened(Topics topics) {
        for (var trigger : triggers) {
            var topic = Objects.requireNonNull(trigger.reading()).topic();
            var letters = Objects.requireNonNull(trigger.deadLetters());
            if (isOpen(topics, topic) && isOpen(topics, letters) && checked.add(trigger.name())) {
                check(trigger, topic, letters, topics);
            }
        }
    }

    private static boolean isOpen(Topics topics, TopicRef topic) {
        var gate = topics.gate(topic);
        return gate == null || gate.isOpen();
    }

    private void check(TriggerManifest trigger, TopicRef topic, TopicRef letters, Topics topics) {
        var room = topics.sink(letters).sizeMaxBytes() - EXTRA_BYTES;
        var gate = topics.gate(topic);
        var comes = Math.min(eventBytesMax, topics.sink(topic).sizeMaxBytes());
        if (room >= comes) {
            return;
        }
        if (gate != null) {
            gate.limit(room);
        }
        LOG.warn(
                "trigger '{}': topic {} has room for the dead letters of events of {} bytes, but larger ones may come on topic"
                        + " {}: raise max.message.bytes of the former",
                trigger.name(),
                letters,
                room,
                topic);
    }
}

package dev.sluice.broker.memory;

import org.jspecify.annotations.Nullable;

/** An event of a commit that has room in its topic and is not stored yet. Ended by exactly one of its methods. */
final class PromisedEvent {
    private final MemoryTopic topic;
    private final LogEvent event;

    private PromisedEvent(MemoryTopic topic, LogEvent event) {
        this.topic = topic;
        this.event = event;
    }

    /** Takes room for the event; null when there is none now. */
    static @Nullable PromisedEvent of(MemoryTopic topic, LogEvent event) {
        if (promise(topic, event) || (topic.broker.budget().evictFor(event.sizeBytes) && promise(topic, event))) {
            return new PromisedEvent(topic, event);
        }
        return null;
    }

    private static boolean promise(MemoryTopic topic, LogEvent event) {
        topic.lock();
        try {
            topic.requireOpen();
            return topic.room.promise(event.sizeBytes);
        } finally {
            topic.unlock();
        }
    }

    /** Stores the event; drops it when the topic was closed meanwhile, as all that a closed topic has. */
    void store() {
        topic.lock();
        try {
            if (topic.isClosed()) {
                topic.room.breakPromise(event.sizeBytes);
            } else {
                topic.room.storePromised(event);
            }
        } finally {
            topic.unlock();
        }
    }

    /** Gives the room back. */
    void withdraw() {
        topic.lock();
        try {
            topic.room.breakPromise(event.sizeBytes);
        } finally {
            topic.unlock();
        }
    }
}

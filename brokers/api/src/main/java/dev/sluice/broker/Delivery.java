package dev.sluice.broker;

import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * An event on loan from its source. The holder settles it exactly once, with {@link #accept} or
 * {@link #release}; until then it counts as open and holds back the source's progress.
 *
 * <p>All methods may be called from any thread and none blocks.
 */
public interface Delivery {
    /** The event as received; a {@code RawEvent} when what was received is no valid event. */
    CloudEvent event();

    /** The key whose events run in order, or null when the event has none. */
    @Nullable
    String key();

    /** The partition it came from; -1 when it came from no topic. */
    int partition();

    /** Its offset in the partition; -1 when it came from no topic. */
    long offset();

    /** What it holds in memory, in bytes: attributes, data and a fixed overhead. */
    int sizeBytes();

    /**
     * Takes the event off the source. Lazy: nothing happens before the subscription. Completes once the source has
     * noted it. One that stores positions from time to time, as Kafka's does, has not stored it by then: after the end
     * of the process or the loss of the partition it may come again. Errors when the source can't tell that it did, and
     * may then be subscribed again: accepting twice has the effect of accepting once. Cancel does not undo it.
     */
    Mono<Void> accept();

    /**
     * Gives the event back unrecorded, as when its partition is lost or the engine stops; the source may deliver it
     * again. Without effect once accepted.
     */
    void release();

    /**
     * Whether it takes one of its source's demand. False for a record that another source of the same {@link
     * EventSource#sharedDemand} was delivered just before.
     */
    default boolean takesDemand() {
        return true;
    }

    /**
     * Tries that readers before this one have begun and not ended, as far as the source knows of them; 0 for a first
     * delivery. So an event that ends the process in which it runs does not do so for ever.
     */
    default int triesBefore() {
        return 0;
    }

    /**
     * Tells the source how many tries have been begun, earlier readers' included. The source may forget it, and does
     * when the event is accepted.
     */
    default void triesBegun(int tries) {}
}

package dev.sluice.broker;

import java.util.List;
import java.util.Map;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Stores events on partitioned topics. One instance serves a whole engine; safe for any number of threads. */
public interface Broker {
    /** The name that manifests refer to it by. */
    String name();

    /**
     * Makes sure that the topic exists. Completes once it does; errors with {@link BrokerException} when it
     * neither exists nor can be created, as when its name is not 1 to 249 of {@code A-Z a-z 0-9 . _ -}.
     */
    Mono<Void> ensureTopic(String topic);

    /** The way onto a topic, creating it with the broker's defaults on first use. */
    EventSink sink(String topic);

    /** A new member of a group; it joins when {@link EventSource#receive} is subscribed. */
    EventSource source(Subscription subscription);

    /**
     * Watches a topic without a group. It has its places once its subscriber has its subscription, which may be later
     * and on another thread: nothing that is stored after that is missed. Demand-driven; what is not requested in time
     * is skipped rather than kept, so offsets may jump. Does not complete; cancel ends it. A
     * subscriber that has no subscription yet is asked, by {@link reactor.core.Scannable.Attr#CANCELLED}, whether it
     * still waits: it should be a {@link reactor.core.Scannable}.
     *
     * @param after the last offset seen per partition, to go on behind it; a partition that is absent starts at its end
     */
    Flux<TailEvent> tail(String topic, Map<Integer, Long> after);

    /**
     * Reads a part of a topic without a group, each partition in the order of its offsets, and completes once it has
     * signalled all of it that the topic still has; what is stored after its first signal is no part of it. Nothing is
     * skipped but what the topic drops meanwhile. Demand-driven: what is not requested is not fetched beyond one poll;
     * signals come on the thread that requests or on one of the reading's own, and must not be worked on for long
     * there. Errors with {@link BrokerException}: {@code Refused} when there is no such topic, {@code Unavailable} when too many
     * readings are open. Cancel frees what it holds.
     */
    Flux<StoredEvent> read(String topic, ReadRange range);

    /**
     * Moves a group's position, for partitions that this broker's own member reads or that nobody does. Completes once
     * the new position is stored; what was delivered before is not recorded any more. Errors with {@link
     * BrokerException.Refused} when the broker keeps no positions to move, or someone else reads a partition.
     *
     * @param partitions whose position is moved; empty for all of the topic
     */
    default Mono<Void> reset(String topic, String group, Set<Integer> partitions, Start to) {
        return Mono.error(
                () -> new BrokerException.Refused(name(), "its groups have no position that can be moved", null));
    }

    /** States that outlive the process, and the sharing out of work. */
    default Control control() {
        throw new UnsupportedOperationException("broker '" + name() + "' keeps no states");
    }

    /**
     * Tells a topic from others that had, or will have, its name: what was noted of its offsets holds only as long as
     * this stays the same. Errors with {@link BrokerException}, {@code Refused} when there is no such topic.
     */
    default Mono<String> identity(String topic) {
        return Mono.just(topic);
    }

    /** All topics, by name, as they are now. */
    Mono<List<TopicStatus>> topics();

    /** Whether the broker can be reached and takes events; the reason if not. */
    Mono<Health> health();

    /** Refuses new events and ends every reading. Completes when all is released; idempotent. */
    Mono<Void> close();

    /**
     * A broker's own view of whether it serves.
     *
     * @param up whether it takes and delivers events
     * @param detail a sentence, empty when all is well
     */
    record Health(boolean up, String detail) {
        /** All is well. */
        public static final Health UP = new Health(true, "");
    }
}

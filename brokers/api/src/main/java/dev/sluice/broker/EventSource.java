package dev.sluice.broker;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** One member's reading of a topic in a consumer group. */
public interface EventSource {
    /**
     * Joins the group on subscription and delivers on demand: never more than requested, every partition in the order
     * of its offsets. One subscription at a time: another
     * errors with {@link IllegalStateException}. Does not complete by itself; errors with {@link BrokerException} when
     * the group can't be read any more.
     *
     * <p>Signals may come on any of the broker's or a publisher's threads, one after another: the subscriber hands
     * them on and does no work there. Cancel leaves the group: deliveries that are not settled by then are given back,
     * as by {@link Delivery#release}.
     */
    Flux<Delivery> receive();

    /**
     * Partitions that the group takes from this member. Each {@link Revocation} asks the holder to give back what has
     * not started, to finish what runs or cancel it after {@link Revocation#limit}, and then to call {@link
     * Revocation#done}. Hot: what is signalled without a subscriber is done at once.
     */
    Flux<Revocation> revocations();

    /** Delivers nothing more of the partition until {@link #resume}; what was delivered stays valid. Idempotent. */
    void pause(int partition);

    /** Ends a {@link #pause}. Idempotent. */
    void resume(int partition);

    /** The group's lag on the partitions that this member owns now. */
    Lag lag();

    /**
     * Records of the reading that were not delivered here because the holder's filter does not want them, since the
     * source was made. Only where several holders share a reading, and the source knows their filters.
     */
    default long skipped() {
        return 0;
    }

    /**
     * The demand that this source has in common with others of one reading, for a holder that has one room for what any
     * of them delivers: what one of them is asked for, all of them are. The same object for each of them; null when its
     * demand is its own.
     */
    default @Nullable SharedDemand sharedDemand() {
        return null;
    }

    /**
     * What keeps partitions that this member owns from being read, though they should be: a position that is out of
     * range, other triggers' work, no progress. Empty when all is well.
     */
    default List<Trouble> troubles() {
        return List.of();
    }

    /**
     * How many of the partitions that this member owns are not read on for now, since as much of them is open as can be
     * stored with their position. That ends by itself, when what is open is settled.
     */
    default int fullPartitions() {
        return 0;
    }

    /**
     * Why a partition is not read.
     *
     * @param partition its number; -1 for all of the topic
     * @param reason a sentence that says what is wrong and what would mend it
     */
    record Trouble(int partition, String reason) {}

    /** One demand of several sources. A record takes one of it, to however many of them it is delivered. */
    interface SharedDemand {
        /**
         * Deliveries that a record makes at most to the sources together, at least 1. Known once one of them is
         * subscribed to. What is no event may make more: it goes to all of them.
         */
        int deliveriesMax();
    }

    /** A partition that moves to another member once {@link #done} was called, or once the broker waits no longer. */
    interface Revocation {
        /** The partition that is taken away. */
        int partition();

        /**
         * How long from its signal on the holder may let run what runs; it cancels what is left then and calls
         * {@link #done}. The broker waits a little longer than that. 4 s unless the broker is configured otherwise.
         */
        default Duration limit() {
            return Duration.ofSeconds(4);
        }

        /** Says that no delivery of the partition is held any more. Idempotent, from any thread. */
        void done();
    }
}

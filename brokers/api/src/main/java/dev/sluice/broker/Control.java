package dev.sluice.broker;

import io.cloudevents.CloudEvent;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A broker's control topic: small states that outlive the process, stored together with the events that they stand for,
 * and the sharing out of work among the engines of a fleet. Safe for any number of threads.
 */
public interface Control {
    /** The longest name of a session, and of a key in it, in characters. */
    int NAME_MAX = 249;

    /** The largest value of a state, in bytes. */
    int VALUE_MAX_BYTES = 64 * 1024;

    /**
     * Opens the session of that name, anywhere in the fleet, and ends the one that was open before: whatever that one
     * commits from now on errors with {@link Fenced} and is not seen by anyone. Completes with the session once its
     * states are read, which include all that the one before committed. Errors with {@link BrokerException}.
     */
    Mono<Session> open(String name);

    /**
     * Joins a group of engines that share work out. Each shard that this engine gets is signalled once; together the
     * members have every shard, each at most one member, and a shard is another's within 10 s of the death of the
     * one that had it. A member that was cut off may take itself for the owner for as long: what must not happen twice
     * is committed by a {@link Session}, which is opened when a shard is won.
     *
     * <p>Does not complete by itself; errors with {@link BrokerException} when the group can't be joined any more.
     * Cancel leaves the group. Signals come on the broker's threads and must not be worked on there.
     */
    Flux<Shard> shards(String group);

    /**
     * A share of a group's work.
     *
     * @param number from 0
     * @param count how many shards there are; the same for all members of the group
     * @param lost completes when the shard is no longer this engine's
     */
    record Shard(int number, int count, Mono<Void> lost) {
        /** Whether work of that name belongs to this shard. */
        public boolean has(String name) {
            return Math.floorMod(name.hashCode(), count) == number;
        }
    }

    /** The one holder of states under a name. Commits are made one after another. */
    interface Session {
        /** The states as they were when the session was opened, by key. */
        Map<String, byte[]> states();

        /**
         * Stores events on their topics and changes states, as one: all are seen, or none is. Lazy. Completes once stored.
         * Errors: {@link Fenced} when the name was opened elsewhere since, {@link BrokerException.Full} and {@link
         * BrokerException.TooLarge} as {@link EventSink#publish}; after {@link BrokerException.Unavailable} all of it, or none of
         * it, may have been stored: the session is closed then, and a new one tells. Cancel does not undo it.
         *
         * @param events in this order; at most 1,000
         * @param changes new values by key; null removes a state
         */
        Mono<Void> commit(List<Outgoing> events, Map<String, byte @Nullable []> changes);

        /** Frees what it holds; idempotent. Its states stay. */
        Mono<Void> close();
    }

    /**
     * An event on its way to a topic.
     *
     * @param key the record's key, or null to use the event's {@code partitionkey}, if any
     */
    record Outgoing(
            String topic, CloudEvent event, @Nullable String key) {}

    /** The session's name was opened elsewhere: what was to be committed is not stored, and never will be. */
    final class Fenced extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Fenced(String session) {
            super("session '" + session + "' was opened elsewhere", null, false, false);
        }
    }
}

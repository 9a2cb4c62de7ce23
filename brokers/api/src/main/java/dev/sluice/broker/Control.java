package dev.sluice.broker;

import io.cloudevents.CloudEvent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /** Events of one commit. */
    int EVENTS_MAX = 1_000;

    /** States that one commit changes. */
    int CHANGES_MAX = 2_000;

    /** The values that one commit brings together, in bytes. */
    int CHANGES_MAX_BYTES = 16 << 20;

    /**
     * Opens the session of that name, anywhere in the fleet, and ends the one that was open before: whatever that one
     * begins to commit from now on errors with {@link Fenced} and is not seen by anyone. Completes with the session once its
     * states are read, which include all that the one before committed. Errors with {@link BrokerException}, {@link
     * BrokerException.Refused} when as many sessions are open as the broker takes. Cancel closes what was opened.
     *
     * @param name 1 to {@link #NAME_MAX} characters
     */
    Mono<Session> open(String name);

    /**
     * The states of a session as they are committed now, without a change of its holder; none when there never was such a
     * session. Errors with {@link BrokerException}.
     */
    Mono<Map<String, byte[]>> read(String session);

    /**
     * Joins a group of engines that share work out. Each shard that this engine gets is signalled once; together the
     * members have every shard, each at most one member, and a shard is another's within 10 s of the death of the
     * one that had it. A member that was cut off may take itself for the owner for as long: what must not happen twice
     * is committed by a {@link Session}, which is opened when a shard is won.
     *
     * <p>Does not complete by itself; errors with {@link BrokerException} when the group can't be joined any more.
     * Cancel leaves the group. Signals come on the broker's threads and must not be worked on there; they
     * want unbounded demand, and error with {@link IllegalStateException} without it.
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
        /** The states as they were when the session was opened, by key; not kept beyond that by the session. */
        Map<String, byte[]> states();

        /**
         * Stores events on their topics and changes states, as one: all are seen, or none is. Lazy. Completes once stored.
         * Errors: {@link Fenced} when the name was opened elsewhere since, {@link BrokerException.Full} and {@link
         * BrokerException.TooLarge} as {@link EventSink#publish}; after {@link BrokerException.Unavailable} all of it, or none of
         * it, may have been stored: the session is closed then, and a new one tells. A closed session errors with {@link
         * BrokerException.Unavailable} and stores nothing. Cancel does not undo it: the next commit comes after it.
         *
         * @param events in this order; at most {@link #EVENTS_MAX}
         * @param changes in this order. At most {@link #CHANGES_MAX} of {@link
         *     #CHANGES_MAX_BYTES} together
         * @throws IllegalArgumentException when one of the limits is passed
         */
        Mono<Void> commit(List<Outgoing> events, List<Change> changes);

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

    /** A state's new value, or its end. */
    final class Change {
        private final String key;
        private final byte @Nullable [] value;

        private Change(String key, byte @Nullable [] value) {
            this.key = Objects.requireNonNull(key, "key");
            this.value = value;
        }

        /**
         * Sets a state.
         *
         * @param key 1 to {@link #NAME_MAX} characters
         * @param value at most {@link #VALUE_MAX_BYTES}; not to be changed any more
         */
        public static Change put(String key, byte[] value) {
            return new Change(key, Objects.requireNonNull(value, "value"));
        }

        /** Removes a state; nothing happens when there is none. */
        public static Change remove(String key) {
            return new Change(key, null);
        }

        /** Which state. */
        public String key() {
            return key;
        }

        /** What it is from now on; null when it is no more. */
        public byte @Nullable [] value() {
            return value;
        }
    }

    /**
     * Answers the name of a session.
     *
     * @throws IllegalArgumentException when it can't be one
     */
    static String requireName(String name) {
        return requireText("name of a session", name);
    }

    /**
     * Checks what a commit is given, for those who implement sessions.
     *
     * @throws IllegalArgumentException when one of the limits is passed
     */
    static void requireCommit(List<Outgoing> events, List<Change> changes) {
        if (events.size() > EVENTS_MAX) {
            throw new IllegalArgumentException(
                    "a commit has " + events.size() + " events, must be at most " + EVENTS_MAX);
        }
        if (changes.size() > CHANGES_MAX) {
            throw new IllegalArgumentException(
                    "a commit changes " + changes.size() + " states, must be at most " + CHANGES_MAX);
        }
        var bytes = 0L;
        for (var change : changes) {
            requireText("key of a state", change.key());
            var value = change.value();
            var length = value == null ? 0 : value.length;
            if (length > VALUE_MAX_BYTES) {
                throw new IllegalArgumentException(
                        "state '" + change.key() + "' has " + length + " bytes, must have at most " + VALUE_MAX_BYTES);
            }
            bytes += length;
        }
        if (bytes > CHANGES_MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a commit's states have " + bytes + " bytes, must have at most " + CHANGES_MAX_BYTES);
        }
    }

    private static String requireText(String what, String text) {
        if (text.isEmpty() || text.length() > NAME_MAX) {
            throw new IllegalArgumentException(
                    "the " + what + " has " + text.length() + " characters, must have 1 to " + NAME_MAX);
        }
        if (text.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException("the " + what + " has a control character");
        }
        return text;
    }

    /**
     * The session's name was opened elsewhere. What was to be committed is either stored already, because the answer that
     * said so was lost, and then the one who opened it has found it there; or it never will be.
     */
    final class Fenced extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Fenced(String session) {
            super("session '" + session + "' was opened elsewhere", null, false, false);
        }
    }
}

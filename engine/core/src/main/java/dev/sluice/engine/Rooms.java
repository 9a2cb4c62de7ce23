package dev.sluice.engine;

import dev.sluice.broker.EventSource;
import dev.sluice.broker.EventSource.SharedDemand;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The rooms of one function's triggers, among which what it may have is shared out. */
final class Rooms {
    private final Map<SharedDemand, Room> shared = new ConcurrentHashMap<>();
    /** Of the home loop. */
    private int shares;

    /** The room of a trigger with this source, which others of the function may have too; from any thread. */
    Room of(@Nullable EventSource source) {
        var demand = source == null ? null : source.sharedDemand();
        return demand == null ? new Room(null) : shared.computeIfAbsent(demand, Room::new);
    }

    /** A trigger begins. Callers bring their events unasked: only what is asked of a source is shared out. */
    void join(Room room, TriggerSpec trigger) {
        if (trigger.source() != null) {
            room.join(trigger.share());
            shares += trigger.share();
        }
    }

    /** The part of the function's runnable events that is a room's. */
    int part(Room room, int limit) {
        return (int) ((long) limit * room.weight() / Math.max(1, shares));
    }
}

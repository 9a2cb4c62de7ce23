package dev.sluice.engine;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource.SharedDemand;
import org.jspecify.annotations.Nullable;

/**
 * What makes the demand: events that wait for nothing but a slot, and records asked for that have not come. Of one trigger,
 * or of those triggers of a function whose sources share their demand. Of the home loop.
 */
final class Room {
    private static final int PLACES_MIN = 2;

    private final @Nullable SharedDemand shared;
    private int weight;
    private int runnable;
    private long requested;

    /** @param shared what its triggers' sources have in common; null when it is one trigger's own */
    Room(@Nullable SharedDemand shared) {
        this.shared = shared;
    }

    /** A trigger joins, with its share of the function. */
    void join(int share) {
        weight += share;
    }

    /** The sum of its triggers' shares. */
    int weight() {
        return weight;
    }

    /** More events of a trigger wait for a slot, or fewer. */
    void runnable(int change) {
        runnable += change;
    }

    /** What was requested has come. */
    void arrived(Delivery delivery) {
        if (delivery.takesDemand()) {
            requested--;
        }
    }

    /**
     * Takes the records that there are places for, and that are to be requested now: none until half of the places are
     * free, since a request per event would cost more than the event. A record takes as many places as it can make
     * deliveries; there are two of them at least.
     *
     * @param limit runnable events, those included that were requested
     */
    long take(int limit) {
        var each = shared == null ? 1 : shared.deliveriesMax();
        var places = Math.max(PLACES_MIN, limit / each);
        var coming = (runnable + each - 1) / each + requested;
        if (coming > places / 2) {
            return 0;
        }
        var more = places - coming;
        requested += more;
        return more;
    }
}

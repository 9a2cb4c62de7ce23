package dev.sluice.trigger.topic;

import dev.sluice.broker.EventSource;
import java.util.function.ToIntFunction;

/**
 * The demand that the triggers of one holder have in common. Known by its number among those of its reading; how many
 * of its triggers a record can go to is asked for once all are known.
 */
final class SharedRoom implements EventSource.SharedDemand {
    private final int number;
    private final ToIntFunction<SharedRoom> most;
    private volatile int deliveriesMax;

    SharedRoom(int number, ToIntFunction<SharedRoom> most) {
        this.number = number;
        this.most = most;
    }

    int number() {
        return number;
    }

    @Override
    public int deliveriesMax() {
        var known = deliveriesMax;
        if (known == 0) {
            known = most.applyAsInt(this);
            deliveriesMax = known;
        }
        return known;
    }
}

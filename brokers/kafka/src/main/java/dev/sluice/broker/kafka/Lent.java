package dev.sluice.broker.kafka;

import dev.sluice.broker.Delivery;

/** A record while it is lent. */
interface Lent extends Delivery {
    /** Settles it as done, unless it was settled before. From any thread, without waiting. */
    void acceptNow();
}

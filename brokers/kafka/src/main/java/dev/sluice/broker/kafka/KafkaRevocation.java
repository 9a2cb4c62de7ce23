package dev.sluice.broker.kafka;

import dev.sluice.broker.EventSource;
import java.time.Duration;

/** A partition that the group takes from a member, which waits for {@link #done} in its rebalance listener. */
final class KafkaRevocation implements EventSource.Revocation {
    private final int partition;
    private final Duration limit;
    private final PollGate gate;
    private volatile boolean done;

    KafkaRevocation(int partition, Duration limit, PollGate gate) {
        this.partition = partition;
        this.limit = limit;
        this.gate = gate;
    }

    @Override
    public int partition() {
        return partition;
    }

    @Override
    public Duration limit() {
        return limit;
    }

    @Override
    public void done() {
        done = true;
        gate.wake();
    }

    boolean isDone() {
        return done;
    }

    @Override
    public String toString() {
        return "partition " + partition + (done ? ", done" : "");
    }
}

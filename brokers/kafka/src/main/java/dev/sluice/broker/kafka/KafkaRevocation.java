package dev.sluice.broker.kafka;

import dev.sluice.broker.EventSource;

/** A partition that the group takes from a member, which waits for {@link #done} in its rebalance listener. */
final class KafkaRevocation implements EventSource.Revocation {
    private final int partition;
    private final PollGate gate;
    private volatile boolean done;

    KafkaRevocation(int partition, PollGate gate) {
        this.partition = partition;
        this.gate = gate;
    }

    @Override
    public int partition() {
        return partition;
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

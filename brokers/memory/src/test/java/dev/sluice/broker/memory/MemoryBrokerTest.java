package dev.sluice.broker.memory;

import dev.sluice.broker.Broker;
import dev.sluice.broker.testkit.BrokerContract;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** The whole contract, on the default limits. */
class MemoryBrokerTest extends BrokerContract {
    @Override
    protected Broker createBroker() {
        return MemoryBroker.create("memory", MemoryLimits.DEFAULT, new SimpleMeterRegistry());
    }

    @Override
    protected int partitions() {
        return MemoryLimits.DEFAULT.partitions();
    }
}

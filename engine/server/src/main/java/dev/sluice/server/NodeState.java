package dev.sluice.server;

import dev.sluice.broker.Broker;
import dev.sluice.engine.FunctionStatus;
import dev.sluice.engine.TriggerStatus;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What the admin API may see of a node. Each supplier is asked anew for every request, on a thread that may block.
 *
 * @param brokers those of the node, by name
 * @param functions as they are now
 * @param triggers as they are now
 * @param draining whether the node is about to stop
 */
record NodeState(
        List<NodeBroker> brokers,
        Supplier<List<FunctionStatus>> functions,
        Supplier<List<TriggerStatus>> triggers,
        BooleanSupplier draining) {
    NodeState {
        brokers = List.copyOf(brokers);
    }

    /**
     * A broker of the node.
     *
     * @param kind as a manifest writes it: memory
     */
    record NodeBroker(String kind, Broker broker) {}
}

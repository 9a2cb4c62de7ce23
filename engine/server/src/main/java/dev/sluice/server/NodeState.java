package dev.sluice.server;

import dev.sluice.broker.Broker;
import dev.sluice.engine.FunctionStatus;
import dev.sluice.engine.TriggerStatus;
import dev.sluice.server.explain.Explainer;
import dev.sluice.server.manifest.BrokerManifest;
import dev.sluice.trigger.object.ObjectStatus;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What the admin API may see of a node. Each supplier is asked anew for every request, on a thread that may block.
 *
 * @param brokers those of the node, by name
 * @param functions as they are now
 * @param triggers as they are now
 * @param closedTopics topics of clusters that were not found or made yet
 * @param objects how far the sources of object triggers are, by the trigger's name
 * @param reset moves the positions of triggers
 * @param scaling how functions scale
 * @param schedules of the node
 * @param explainer tells what became of events
 * @param draining whether the node is about to stop
 */
record NodeState(
        List<NodeBroker> brokers,
        Supplier<List<FunctionStatus>> functions,
        Supplier<List<TriggerStatus>> triggers,
        Supplier<List<ClosedTopic>> closedTopics,
        Supplier<Map<String, ObjectStatus>> objects,
        PositionReset reset,
        NodeScaling scaling,
        NodeSchedules schedules,
        Explainer explainer,
        BooleanSupplier draining) {
    NodeState {
        brokers = List.copyOf(brokers);
    }

    /** Without schedules. */
    NodeState(
            List<NodeBroker> brokers,
            Supplier<List<FunctionStatus>> functions,
            Supplier<List<TriggerStatus>> triggers,
            Supplier<List<ClosedTopic>> closedTopics,
            Supplier<Map<String, ObjectStatus>> objects,
            PositionReset reset,
            NodeScaling scaling,
            Explainer explainer,
            BooleanSupplier draining) {
        this(
                brokers,
                functions,
                triggers,
                closedTopics,
                objects,
                reset,
                scaling,
                NodeSchedules.NONE,
                explainer,
                draining);
    }

    /**
     * A broker of the node.
     *
     * @param manifest what was asked for
     */
    record NodeBroker(BrokerManifest manifest, Broker broker) {
        String name() {
            return manifest.name();
        }

        /** Whether what it keeps ends with this process. */
        boolean inMemory() {
            return manifest.kind() instanceof BrokerManifest.Memory;
        }
    }

    /**
     * A topic that is not open.
     *
     * @param reason why not, in a sentence that names the topic
     */
    record ClosedTopic(String broker, String reason) {}
}

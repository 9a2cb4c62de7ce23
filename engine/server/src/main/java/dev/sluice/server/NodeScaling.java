package dev.sluice.server;

import dev.sluice.engine.ScalingStatus;
import dev.sluice.engine.scaling.DecisionLog;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the admin API may see and change of how functions scale.
 *
 * @param node the name of this node, which every decision carries: each node decides for itself
 * @param status as it is now; empty for a function that there is not
 * @param decisions of a function, the newest first
 * @param hands by the function's name
 */
record NodeScaling(
        Supplier<String> node,
        Function<String, Optional<ScalingStatus>> status,
        Function<String, List<DecisionLog.Entry>> decisions,
        Map<String, HandScaling> hands) {
    NodeScaling {
        hands = Map.copyOf(hands);
    }
}

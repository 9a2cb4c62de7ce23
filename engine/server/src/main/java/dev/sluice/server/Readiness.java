package dev.sluice.server;

import dev.sluice.broker.Broker.Health;
import dev.sluice.engine.FunctionStatus;
import dev.sluice.engine.TriggerStatus;
import dev.sluice.server.NodeState.NodeBroker;
import dev.sluice.trigger.object.ObjectStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Mono;

/** Whether a node should get traffic, and every reason why not. */
final class Readiness {
    private static final Duration BROKER_PATIENCE = Duration.ofSeconds(4);

    private Readiness() {}

    /** The reasons why it should not, a sentence each; empty when it is ready. Blocks up to 4 s per broker. */
    static List<String> reasons(NodeState node) {
        var reasons = new ArrayList<String>();
        if (node.draining().getAsBoolean()) {
            reasons.add("the node is draining");
        }
        var told = new HashSet<String>();
        addBrokers(node, reasons, told);
        node.functions().get().stream()
                .filter(function -> !comesFromZero(node, function))
                .forEach(function -> addReason(function, reasons));
        node.triggers().get().forEach(trigger -> addReason(trigger, reasons, told));
        node.objects().get().forEach((trigger, objects) -> {
            if (objects.state() == ObjectStatus.State.TROUBLED) {
                reasons.add("trigger '" + trigger + "': " + objects.detail());
            }
        });
        reasons.addAll(node.schedules().troubles());
        return reasons;
    }

    /** Brokers that are down, and the closed topics of the others: what both have in common is told once. */
    private static void addBrokers(NodeState node, List<String> reasons, Set<String> told) {
        var down = new HashSet<String>();
        for (var broker : node.brokers()) {
            var health = health(broker);
            if (!health.up()) {
                down.add(broker.name());
                reasons.add("broker '" + broker.name() + "' is down: " + health.detail());
            }
        }
        for (var topic : node.closedTopics().get()) {
            told.add(topic.reason());
            if (!down.contains(topic.broker())) {
                reasons.add(topic.reason());
            }
        }
    }

    static Health health(NodeBroker broker) {
        var health = broker.broker()
                .health()
                .timeout(BROKER_PATIENCE, Mono.just(new Health(false, "it did not answer within 4 s")))
                .onErrorResume(error -> Mono.just(new Health(false, String.valueOf(error.getMessage()))))
                .block();
        return health == null ? new Health(false, "it says nothing") : health;
    }

    /**
     * A function that rests without instances is there for its first event: their start is no reason to send it
     * elsewhere.
     */
    private static boolean comesFromZero(NodeState node, FunctionStatus function) {
        return function.state() == FunctionStatus.State.STARTING
                && node.scaling()
                        .status()
                        .apply(function.name())
                        .filter(status -> status.min() == 0)
                        .isPresent();
    }

    private static void addReason(FunctionStatus function, List<String> reasons) {
        if (function.state() == FunctionStatus.State.STARTING || function.state() == FunctionStatus.State.FAILED) {
            reasons.add(sentence("function '" + function.name() + "' is " + function.state(), function.detail()));
        }
    }

    private static void addReason(TriggerStatus trigger, List<String> reasons, Set<String> told) {
        trigger.troubles().stream()
                .filter(trouble -> !told.contains(trouble.reason()))
                .map(trouble -> "trigger '" + trigger.name() + "'"
                        + (trouble.partition() < 0 ? "" : ", partition " + trouble.partition()) + ": "
                        + trouble.reason())
                .forEach(reasons::add);
        if (trigger.state() == TriggerStatus.State.STOPPED) {
            reasons.add(sentence("trigger '" + trigger.name() + "' is STOPPED", trigger.detail()));
        } else if (trigger.parked() > 0) {
            reasons.add(
                    sentence("trigger '" + trigger.name() + "' has " + trigger.parked() + " parked", trigger.detail()));
        }
    }

    private static String sentence(String what, String detail) {
        return detail.isEmpty() ? what : what + ": " + detail;
    }
}

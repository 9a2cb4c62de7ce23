package dev.sluice.server;

import dev.sluice.broker.Broker;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Intake;
import dev.sluice.deadletters.CompareOrder;
import dev.sluice.deadletters.DeadLetterDesk;
import dev.sluice.deadletters.JobStatus;
import dev.sluice.deadletters.ReplayOrder;
import dev.sluice.engine.Rate;
import dev.sluice.engine.Replay;
import dev.sluice.function.FunctionException;
import dev.sluice.server.manifest.TopicRef;
import dev.sluice.server.manifest.TriggerManifest;
import dev.sluice.server.manifest.TriggerManifest.AnswerRoute;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What this node's triggers have had: to compare their answers with another function's, and to run it again. */
final class NodeReplays {
    private final List<TriggerManifest> triggers;
    private final Function<String, Broker> brokers;
    private final Functions functions;
    private final Beside beside;
    private final DeadLetterDesk desk;

    /** The way through the node's triggers, beside their own events. */
    @FunctionalInterface
    interface Beside {
        /** Opens it; throws {@link IllegalArgumentException} saying why it can't be. */
        Replay open(String trigger, EventSource source, @Nullable Rate rate);
    }

    /** The entrances of the node's functions. */
    @FunctionalInterface
    interface Functions {
        /** Null when there is no function of that name. */
        @Nullable
        Intake intake(String function);
    }

    /** @param brokers the node's, by name */
    NodeReplays(
            List<TriggerManifest> triggers,
            Function<String, Broker> brokers,
            Functions functions,
            Beside beside,
            DeadLetterDesk desk) {
        this.triggers = List.copyOf(triggers);
        this.brokers = brokers;
        this.functions = functions;
        this.beside = beside;
        this.desk = desk;
    }

    /** The trigger of that name, or those that read the topic of that name. */
    List<TriggerManifest> named(String name) {
        var ofName =
                triggers.stream().filter(trigger -> trigger.name().equals(name)).toList();
        return ofName.isEmpty()
                ? triggers.stream()
                        .filter(trigger -> trigger.reading() != null
                                && trigger.reading().topic().name().equals(name))
                        .toList()
                : ofName;
    }

    /**
     * Begins to compare.
     *
     * @throws UnsupportedOperationException when the trigger has nothing to compare with
     * @throws IllegalArgumentException naming what is asked for and can't be
     * @throws DeadLetterDesk.Busy when as many jobs run as may
     */
    JobStatus compare(TriggerManifest trigger, ReplayRequest request) {
        var reading = trigger.reading();
        if (reading == null) {
            throw new UnsupportedOperationException("trigger '" + trigger.name() + "' reads no topic");
        }
        if (trigger.answers().routes().isEmpty()) {
            throw new UnsupportedOperationException(
                    "trigger '" + trigger.name() + "' has no topic for its answers: none stand to compare with");
        }
        var function = request.function();
        var intake = function == null ? null : functions.intake(function);
        if (function == null || intake == null) {
            throw new IllegalArgumentException("function is '" + function + "', must be one that is deployed here");
        }
        return desk.compare(new CompareOrder(
                place(reading.topic()),
                request.range(),
                List.of(trigger.filter(), LetterRequest.compiled(request.filter())),
                trigger.name(),
                trigger.answers().type(),
                trigger.answers().routes().stream()
                        .map(AnswerRoute::topic)
                        .distinct()
                        .map(this::place)
                        .toList(),
                function,
                intake,
                FunctionException.Unavailable.class::isInstance,
                request.limitOrAll(),
                request.perSecond(),
                Boolean.TRUE.equals(request.dryRun())));
    }

    /**
     * Begins to run events again.
     *
     * @throws UnsupportedOperationException when the trigger does not read the topic
     * @throws IllegalArgumentException naming what is asked for and can't be
     * @throws DeadLetterDesk.Busy when the trigger's function has a replay, or as many jobs run as may
     */
    JobStatus replay(TriggerManifest trigger, ReplayRequest request) {
        var reading = trigger.reading();
        if (reading == null) {
            throw new UnsupportedOperationException("trigger '" + trigger.name() + "' reads no topic");
        }
        var topic = reading.topic();
        if (request.topic() != null && !request.topic().equals(topic.name())) {
            throw new UnsupportedOperationException("trigger '" + trigger.name() + "' reads topic '" + topic.name()
                    + "', not '" + request.topic() + "'");
        }
        var asked = request.rate();
        var rate = asked == null ? null : Rate.ofSecond(asked);
        var form = reading.form();
        return desk.replay(new ReplayOrder(
                place(topic),
                request.range(),
                LetterRequest.compiled(request.filter()),
                trigger.name(),
                trigger.filter(),
                trigger.function(),
                source -> new TriggerPassage(
                        beside.open(trigger.name(), form == null ? source : form.over(source), rate)),
                request.limitOrAll(),
                Boolean.TRUE.equals(request.dryRun())));
    }

    private CompareOrder.Place place(TopicRef topic) {
        return new CompareOrder.Place(brokers.apply(topic.broker()), topic.name());
    }
}

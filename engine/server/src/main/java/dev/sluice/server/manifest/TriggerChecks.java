package dev.sluice.server.manifest;

import dev.sluice.server.manifest.TriggerManifest.AnswerRoute;
import dev.sluice.trigger.topic.GroupMember;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Checks what triggers can only get wrong together. */
final class TriggerChecks {
    private final Mistakes mistakes;
    private final Set<String> memoryBrokers;
    private final Set<TopicRef> ownAnswers;

    /**
     * @param memoryBrokers where topics hold their publishers back
     * @param ownAnswers topics that get the answers of their own triggers, as that is what these are
     */
    TriggerChecks(Mistakes mistakes, Set<String> memoryBrokers, Set<TopicRef> ownAnswers) {
        this.mistakes = mistakes;
        this.memoryBrokers = memoryBrokers;
        this.ownAnswers = ownAnswers;
    }

    void check(List<TriggerManifest> triggers) {
        checkPaths(triggers);
        checkGroups(triggers);
        checkCycles(triggers);
    }

    private void checkPaths(List<TriggerManifest> triggers) {
        var taken = new HashMap<String, TriggerManifest>();
        for (var trigger : triggers) {
            var http = trigger.http();
            if (http == null) {
                continue;
            }
            var other = taken.putIfAbsent(http.method() + " " + http.path(), trigger);
            if (other != null) {
                mistakes.add(
                        trigger.place(),
                        "spec.http.path",
                        http.path(),
                        "is " + http.method() + " of trigger '" + other.name() + "' already, at " + other.place());
            }
        }
    }

    private void checkGroups(List<TriggerManifest> triggers) {
        record Group(TopicRef topic, String name) {}
        var groups = new LinkedHashMap<Group, List<TriggerManifest>>();
        for (var trigger : triggers) {
            var reading = trigger.reading();
            if (reading != null) {
                groups.computeIfAbsent(new Group(reading.topic(), reading.group()), g -> new ArrayList<>())
                        .add(trigger);
            }
        }
        groups.forEach((group, members) -> {
            var first = member(members.get(0));
            for (var trigger : members.subList(1, members.size())) {
                GroupMember.disagreements(group.topic().name(), group.name(), List.of(first, member(trigger)))
                        .forEach(rule -> mistakes.add(trigger.place(), "spec.topic.group", group.name(), rule));
            }
        });
    }

    private static GroupMember member(TriggerManifest trigger) {
        var reading = Objects.requireNonNull(trigger.reading());
        return new GroupMember(
                trigger.name(),
                reading.start(),
                reading.ordering(),
                Section.word(trigger.delivery().deadLetterFailure()));
    }

    /**
     * Topics of the memory broker hold their publishers back while a group reads them. In a circle of topics each waits
     * for the next one's room in the end, so that none ever gets any. A topic elsewhere takes what comes, so a circle
     * through it does not stand still; its events end at the limit of hops. Nor is a Broker of Knative refused, which gets
     * the answers of its own Triggers: when it is full these fail at the deadline of a send, and are tried again.
     */
    private void checkCycles(List<TriggerManifest> triggers) {
        var answersOf = new LinkedHashMap<TopicRef, Set<TopicRef>>();
        for (var trigger : triggers) {
            var reading = trigger.reading();
            if (reading != null && memoryBrokers.contains(reading.topic().broker())) {
                var to = answersOf.computeIfAbsent(reading.topic(), topic -> new LinkedHashSet<>());
                trigger.answers().routes().stream()
                        .map(AnswerRoute::topic)
                        .filter(topic -> memoryBrokers.contains(topic.broker()) && !ownAnswers.contains(topic))
                        .forEach(to::add);
            }
        }
        var told = new LinkedHashSet<TopicRef>();
        for (var trigger : triggers) {
            var reading = trigger.reading();
            if (reading == null || !answersOf.containsKey(reading.topic()) || told.contains(reading.topic())) {
                continue;
            }
            for (var route : trigger.answers().routes()) {
                var way = ownAnswers.contains(route.topic())
                        ? List.<TopicRef>of()
                        : way(route.topic(), reading.topic(), answersOf);
                if (!way.isEmpty()) {
                    told.addAll(way);
                    var names = new ArrayList<String>(List.of(reading.topic().name()));
                    way.forEach(topic -> names.add(topic.name()));
                    mistakes.add(
                            trigger.place(),
                            "spec.answers",
                            route.topic().name(),
                            "makes a circle of topics, each of which a group reads, on a memory broker: "
                                    + String.join(" -> ", names)
                                    + "; when they are full, none can make room");
                    break;
                }
            }
        }
    }

    /** The topics from one to the other along triggers and their answers, both included; empty when there is no way. */
    private static List<TopicRef> way(TopicRef from, TopicRef to, Map<TopicRef, Set<TopicRef>> answersOf) {
        var cameFrom = new LinkedHashMap<TopicRef, TopicRef>();
        var open = new ArrayDeque<TopicRef>(List.of(from));
        cameFrom.put(from, from);
        while (!open.isEmpty()) {
            var topic = open.remove();
            if (topic.equals(to)) {
                return walkBack(from, to, cameFrom);
            }
            for (var next : answersOf.getOrDefault(topic, Set.of())) {
                if (cameFrom.putIfAbsent(next, topic) == null) {
                    open.add(next);
                }
            }
        }
        return List.of();
    }

    private static List<TopicRef> walkBack(TopicRef from, TopicRef to, Map<TopicRef, TopicRef> cameFrom) {
        var way = new ArrayList<TopicRef>(List.of(to));
        for (var topic = to; !topic.equals(from); ) {
            topic = Objects.requireNonNull(cameFrom.get(topic));
            way.add(0, topic);
        }
        return way;
    }
}

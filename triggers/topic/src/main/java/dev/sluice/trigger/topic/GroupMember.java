package dev.sluice.trigger.topic;

import dev.sluice.broker.Ordering;
import dev.sluice.broker.Start;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/**
 * What a trigger asks of the group that it shares with others.
 *
 * @param trigger the trigger's name
 * @param start where the group begins when it has no position
 * @param ordering which events run one after another
 * @param onDeadLetterFailure what happens when the dead-letter topic takes nothing: park, stop or drop
 */
public record GroupMember(String trigger, Start start, Ordering ordering, String onDeadLetterFailure) {
    public GroupMember {
        Objects.requireNonNull(trigger, "trigger");
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(ordering, "ordering");
        Objects.requireNonNull(onDeadLetterFailure, "onDeadLetterFailure");
    }

    /**
     * Checks that the triggers of one group agree on what the group has only one of: where it begins, its order, and
     * what it does with an event that neither its function nor its dead-letter topic takes.
     *
     * @return one sentence per mistake, naming both triggers and both values; empty when they agree
     */
    public static List<String> disagreements(String topic, String group, List<GroupMember> members) {
        var mistakes = new ArrayList<String>();
        if (members.isEmpty()) {
            return mistakes;
        }
        var first = members.get(0);
        for (var other : members.subList(1, members.size())) {
            var pair = new Pair("group '" + group + "' of topic '" + topic + "'", first, other, mistakes);
            pair.compare("start", member -> member.start().toString());
            pair.compare("order", member -> manifestWord(member.ordering()));
            pair.compare("on-dead-letter-failure", GroupMember::onDeadLetterFailure);
        }
        return List.copyOf(mistakes);
    }

    private static String manifestWord(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private record Pair(String where, GroupMember first, GroupMember other, List<String> mistakes) {
        void compare(String setting, Function<GroupMember, String> value) {
            var expected = value.apply(first);
            var actual = value.apply(other);
            if (!expected.equals(actual)) {
                mistakes.add("trigger '" + other.trigger() + "' says " + setting + ": " + actual + ", but trigger '"
                        + first.trigger() + "' says " + expected + ": triggers that share " + where + " must agree");
            }
        }
    }
}

package dev.sluice.server.explain;

import java.util.List;

/**
 * What became of an event at a trigger.
 *
 * @param event the event's id
 * @param trigger the trigger's name
 * @param node who says so: each node knows what it did itself
 * @param outcome in a word
 * @param sentence in a sentence; foreign text in it is escaped
 * @param facts what it rests on, one line each, in the order in which it happened
 */
public record Explanation(
        String event, String trigger, String node, Outcome outcome, String sentence, List<String> facts) {
    public Explanation {
        facts = List.copyOf(facts);
    }

    /** What became of it. */
    public enum Outcome {
        /** Its run ended well and its answers are stored. */
        DELIVERED,
        /** It runs, or what came of its run is being stored. */
        RUNNING,
        /** It waits for a slot, its key or its next try. */
        WAITING,
        /** The trigger's filter does not want it. */
        FILTERED,
        /** It is on the dead-letter topic. */
        DEAD_LETTERED,
        /** Its dead letter can't be stored, and it waits for that. */
        PARKED,
        /** It is gone: its dead letter could not be stored, and the trigger says to drop it then. */
        DROPPED,
        /** It was taken off without a run, as one that came again or runs in a loop. */
        SKIPPED,
        /** It went back to its topic, to be delivered again. */
        RELEASED,
        /** A call that was not run, or whose run failed: its caller was told. */
        REFUSED,
        /** It stands on the topic and was not fetched yet. */
        NOT_FETCHED,
        /** The group's position is past it; how it was settled, nobody has kept. */
        TAKEN_OFF,
        /** It is older than what the trigger's group began with. */
        BEFORE_START,
        /** It stands on the topic; whether it was settled, this node can't tell. */
        UNDECIDED,
        /** Another node reads its partition. */
        ELSEWHERE,
        /** Nothing is known of it. */
        UNKNOWN
    }
}

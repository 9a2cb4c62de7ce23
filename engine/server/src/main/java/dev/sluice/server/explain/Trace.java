package dev.sluice.server.explain;

import java.util.List;

/**
 * An event's way, and the ways of what came of it, as far as one node has kept them.
 *
 * @param event its id
 * @param source its source; empty when unknown
 * @param node who says so
 * @param causes the ids of the events that it came of, as far as known
 * @param hops what happened to it, trigger by trigger; empty when nothing is known
 */
public record Trace(String event, String source, String node, List<String> causes, List<Hop> hops) {
    public Trace {
        causes = List.copyOf(causes);
        hops = List.copyOf(hops);
    }

    /**
     * What happened to an event at a trigger, or at a way in.
     *
     * @param trigger empty at a way in
     * @param function empty at a way in
     * @param steps in the order in which they happened
     * @param answers what came of it
     */
    public record Hop(String trigger, String function, List<Step> steps, List<Trace> answers) {
        public Hop {
            steps = List.copyOf(steps);
            answers = List.copyOf(answers);
        }
    }

    /**
     * Something that happened.
     *
     * @param at when, an instant in UTC
     * @param stage in a word; OPEN for where it is now
     * @param words in words; foreign text in it is escaped
     */
    public record Step(String at, String stage, String words) {}
}

package dev.sluice.engine.scaling;

import java.util.function.Supplier;

/** How many instances a function should have, by which rule, and from what figures. Immutable; safe from any thread. */
public final class Decision {
    private final Load load;
    private final int to;
    private final Reason reason;
    private final Supplier<String> words;

    private Decision(Load load, int to, Reason reason, Supplier<String> words) {
        this.load = load;
        this.to = to;
        this.reason = reason;
        this.words = words;
    }

    /**
     * A decision made from a load.
     *
     * @param to instances that should be ready or starting
     * @param words why, in a clause with its figures; made only when somebody asks, on that one's thread
     */
    public static Decision of(Load load, int to, Reason reason, Supplier<String> words) {
        if (to < 0) {
            throw new IllegalArgumentException("target is " + to + ": it must not be negative");
        }
        return new Decision(load, to, reason, words);
    }

    /** What it was made from. */
    public Load load() {
        return load;
    }

    /** Instances ready or starting when it was made. */
    public int from() {
        return load.instances().wanted();
    }

    /** Instances that should be. */
    public int to() {
        return to;
    }

    /** The rule that won. */
    public Reason reason() {
        return reason;
    }

    /** A sentence with the figures, such as {@code 2 -> 5 instances: …}. */
    public String words() {
        var change = from() == to ? "stays at " + to : from() + " -> " + to;
        return change + (to == 1 ? " instance: " : " instances: ") + words.get();
    }

    /** Whether nothing but figures differs. */
    boolean repeats(Decision other) {
        return from() == other.from() && to == other.to && reason == other.reason;
    }

    @Override
    public String toString() {
        return reason + " " + words();
    }
}

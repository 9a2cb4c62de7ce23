package dev.sluice.engine.scaling;

import java.util.function.Supplier;

/** How many instances a function should have, by which rule, and from what figures. Immutable; safe from any thread. */
public final class Decision {
    private final Load load;
    private final int to;
    private final Reason reason;
    private final Supplier<String> words;
    private final double needSlots;
    private final double serviceSeconds;

    private Decision(
            Load load, int to, Reason reason, Supplier<String> words, double needSlots, double serviceSeconds) {
        this.load = load;
        this.to = to;
        this.reason = reason;
        this.words = words;
        this.needSlots = needSlots;
        this.serviceSeconds = serviceSeconds;
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
        return new Decision(load, to, reason, words, -1, -1);
    }

    /**
     * The same decision that also tells what it was made from.
     *
     * @param slots that the load asks for, before any bound; -1 when unknown
     * @param seconds that one event takes of a slot; -1 when unknown
     */
    public Decision withNeed(double slots, double seconds) {
        return new Decision(load, to, reason, words, slots, seconds);
    }

    /**
     * The same decision, kept to another number by something that the policy knows nothing of.
     *
     * @param why in a clause with its figures
     */
    public Decision boundTo(int bound, Reason by, Supplier<String> why) {
        return new Decision(
                load, bound, by, () -> why.get() + "; else " + to + ", " + words.get(), needSlots, serviceSeconds);
    }

    /** Slots that the load asks for, before any bound; -1 when the policy does not tell. */
    public double needSlots() {
        return needSlots;
    }

    /** Slot-seconds that one event takes; -1 when unknown. */
    public double serviceSeconds() {
        return serviceSeconds;
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

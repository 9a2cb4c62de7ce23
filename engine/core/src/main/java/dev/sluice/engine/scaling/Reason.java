package dev.sluice.engine.scaling;

/** The rule that won a {@link Decision}. */
public enum Reason {
    /** As many slots as the arriving and the waiting work needs. */
    NEED,
    /** The same, by the arrivals of the last second, which are twice those of the last six. */
    PANIC,
    /** Nothing has settled yet: doubled while more waits than there are slots. */
    UNKNOWN_SERVICE_TIME,
    /** Slots stand free while events wait behind their keys: more of them would not help. */
    CAP_KEYS,
    /** Order is by partition, and no more partitions have work. */
    CAP_PARTITIONS,
    /** The adaptive limit on the function's slots binds. */
    CAP_ADAPTIVE,
    /** More slots brought no more throughput: the limit is elsewhere, at the broker or the sink. */
    HOLD_ELSEWHERE,
    /** More slots brought no more throughput, and the CPU is saturated. */
    HOLD_CPU,
    /** The engine's instances, slots or memory are all given out, and this function has its share of them. */
    CEILING,
    /** How much waits is unknown: never down on a guess. */
    HOLD_UNKNOWN_LAG,
    /** Instances fail to start: no more of them until one does. */
    HOLD_STARTS,
    /** Kept for the peak of the last minute, or for the last work within {@code idle}. */
    FLOOR,
    /** Lowered, by no more than half in 10 s. */
    HALVING,
    /** No work for {@code idle}. */
    ZERO,
    /** The need is below {@code min}. */
    MIN,
    /** The need is above {@code max}. */
    MAX,
    /** The policy wants one number, whatever the load. */
    FIXED,
    /** A person has set the number. */
    BY_HAND,
    /** A rule of a policy that is not built in. */
    CUSTOM
}

package dev.sluice.engine.scaling;

import java.util.function.Supplier;

/** A number of instances on its way to a decision; what bounds it replaces it. */
record Proposal(int to, Reason reason, Supplier<String> words) {}

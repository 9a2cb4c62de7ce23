package dev.sluice.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers every mistake of a configuration, so that all are told at once. */
final class Violations {
    private final String thing;
    private final List<String> found = new ArrayList<>();

    Violations(String thing) {
        this.thing = thing;
    }

    Violations require(boolean holds, String name, @Nullable Object value, String rule) {
        if (!holds) {
            found.add(thing + "." + name + " is " + value + ": it " + rule);
        }
        return this;
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", found));
        }
    }
}

package dev.sluice.engine.scaling;

import java.util.ArrayDeque;

/** The highest value within a window: holds only what could still become it, so each step costs the same. */
final class PeakWindow {
    private final long windowNanos;
    private final ArrayDeque<Sample> falling = new ArrayDeque<>();

    private record Sample(long nanos, double value) {}

    PeakWindow(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    /** Takes a value and says the highest, this one included. */
    double add(long nowNanos, double value) {
        for (var last = falling.peekLast(); last != null && last.value() <= value; last = falling.peekLast()) {
            falling.removeLast();
        }
        falling.addLast(new Sample(nowNanos, value));
        var first = falling.getFirst();
        while (nowNanos - first.nanos() > windowNanos) {
            falling.removeFirst();
            first = falling.getFirst();
        }
        return first.value();
    }
}

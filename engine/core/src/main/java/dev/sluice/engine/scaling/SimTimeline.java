package dev.sluice.engine.scaling;

import java.util.Arrays;

/** What is to come, the earliest first: a binary heap of times with a number each. */
final class SimTimeline {
    private long[] times = new long[64];
    private int[] marks = new int[64];
    private int size;

    /** When the next one comes; far away when there is none. */
    long next() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    void add(long time, int mark) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            marks = Arrays.copyOf(marks, 2 * size);
        }
        var i = size++;
        while (i > 0 && times[(i - 1) / 2] > time) {
            put(i, (i - 1) / 2);
            i = (i - 1) / 2;
        }
        times[i] = time;
        marks[i] = mark;
    }

    int take() {
        var mark = marks[0];
        var time = times[--size];
        var last = marks[size];
        var i = 0;
        for (var child = 1; child < size; child = 2 * i + 1) {
            if (child + 1 < size && times[child + 1] < times[child]) {
                child++;
            }
            if (times[child] >= time) {
                break;
            }
            put(i, child);
            i = child;
        }
        times[i] = time;
        marks[i] = last;
        return mark;
    }

    private void put(int to, int from) {
        times[to] = times[from];
        marks[to] = marks[from];
    }
}

package dev.sluice.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** All open events of a trigger, in no particular order: a doubly linked list through the events themselves. */
final class OpenTasks {
    private @Nullable Task first;
    private int size;
    private long bytes;

    void add(Task task) {
        size++;
        bytes += task.bytes;
        var next = first;
        task.nextOpen = next;
        if (next != null) {
            next.previousOpen = task;
        }
        first = task;
    }

    void remove(Task task) {
        size--;
        bytes -= task.bytes;
        var previous = task.previousOpen;
        var next = task.nextOpen;
        if (previous == null) {
            first = next;
        } else {
            previous.nextOpen = next;
        }
        if (next != null) {
            next.previousOpen = previous;
        }
        task.previousOpen = null;
        task.nextOpen = null;
    }

    /** Those that match. O(open). */
    List<Task> matching(Predicate<Task> which) {
        var found = new ArrayList<Task>();
        for (var task = first; task != null; task = task.nextOpen) {
            if (which.test(task)) {
                found.add(task);
            }
        }
        return found;
    }

    /** Whether one of the partition is open. O(open). */
    boolean holds(int partition) {
        for (var task = first; task != null; task = task.nextOpen) {
            if (task.delivery.partition() == partition) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return size;
    }

    /** What they hold. */
    long bytes() {
        return bytes;
    }
}

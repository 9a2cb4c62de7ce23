package dev.sluice.engine;

import dev.sluice.function.BatchResult;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What becomes of the events of a batch. On the loop. */
final class BatchOutcome {
    private final Settlement settlement;
    private final List<Task> tasks;
    private final boolean whole;

    /** @param whole whether those that fail together are tried again together */
    BatchOutcome(Settlement settlement, List<Task> tasks, boolean whole) {
        this.whole = whole;
        this.settlement = settlement;
        this.tasks = tasks;
    }

    /**
     * The batch failed as a whole. One that holds more than one event is halved and tried again without counting, until
     * the event that fails is alone; one that is not to be halved is tried again as it was, which counts for each of its events.
     */
    void failed(Throwable error) {
        if (tasks.stream().anyMatch(task -> task.lost)) {
            allAgain(tasks);
        } else if (error instanceof Handler.BadBatchItem item) {
            failedAt(item.index(), error.getCause() == null ? error : error.getCause());
        } else if (tasks.size() == 1) {
            settlement.settleOne(tasks.get(0), error);
        } else if (whole) {
            settlement.failTogether(tasks, error);
        } else {
            var half = (tasks.size() + 1) / 2;
            tasks.forEach(task -> task.batchMax = half);
            allAgain(tasks);
        }
    }

    private void allAgain(List<Task> ofOrder) {
        // Backwards, since each goes to the front of what is ready.
        for (var i = ofOrder.size() - 1; i >= 0; i--) {
            settlement.again(ofOrder.get(i));
        }
    }

    private void failedAt(int index, Throwable error) {
        var others = new ArrayList<>(tasks);
        settlement.settleOne(others.remove(index), error);
        allAgain(others);
    }

    /** Why a verdict on a batch can't be followed; null when it can. */
    static @Nullable FunctionException misnamed(String function, BatchResult result, int size) {
        for (var index : result.failures().keySet()) {
            if (index < 0 || index >= size) {
                return new FunctionException.BadAnswer(
                        function, "named event " + index + " of a batch of " + size + " as failed");
            }
        }
        return null;
    }

    /** Their events, in their order. */
    static List<CloudEvent> events(List<Task> tasks) {
        var events = new ArrayList<CloudEvent>(tasks.size());
        for (var task : tasks) {
            events.add(task.event());
        }
        return events;
    }

    /** The most functions that one of the events has come through. */
    static int hops(List<Task> tasks) {
        var most = 0;
        for (var task : tasks) {
            most = Math.max(most, Answers.hops(task.event()));
        }
        return most;
    }

    /** The batch ended; the events that the function named failed, and behind each the later ones of its key. */
    void ended(@Nullable BatchResult result) {
        var failures = result == null ? BatchResult.DONE.failures() : result.failures();
        if (failures.isEmpty()) {
            for (var task : tasks) {
                settlement.settleOne(task, null);
            }
            return;
        }
        Set<Lane> failedLanes = new HashSet<>();
        for (var i = 0; i < tasks.size(); i++) {
            var task = tasks.get(i);
            if (failedLanes.contains(task.lane())) {
                settlement.again(task);
                continue;
            }
            var error = failures.get(i);
            if (error != null) {
                failedLanes.add(task.lane());
            }
            settlement.settleOne(task, error);
        }
    }
}

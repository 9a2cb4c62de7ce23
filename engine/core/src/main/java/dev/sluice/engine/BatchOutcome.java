package dev.sluice.engine;

import dev.sluice.function.BatchResult;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What becomes of the events of a batch. On the loop. */
final class BatchOutcome {
    private final Settlement settlement;
    private final List<Task> tasks;

    BatchOutcome(Settlement settlement, List<Task> tasks) {
        this.settlement = settlement;
        this.tasks = tasks;
    }

    /**
     * The batch failed as a whole. One that holds more than one event is halved and tried again without counting, until
     * the event that fails is alone.
     */
    void failed(Throwable error) {
        if (tasks.stream().anyMatch(task -> task.lost)) {
            tasks.forEach(settlement::again);
        } else if (error instanceof Handler.BadBatchItem item) {
            failedAt(item.index(), error.getCause() == null ? error : error.getCause());
        } else if (tasks.size() == 1) {
            settlement.settleOne(tasks.get(0), error);
        } else {
            var half = (tasks.size() + 1) / 2;
            // Backwards, since each goes to the front of what is ready.
            for (var i = tasks.size() - 1; i >= 0; i--) {
                tasks.get(i).batchMax = half;
                settlement.again(tasks.get(i));
            }
        }
    }

    private void failedAt(int index, Throwable error) {
        for (var i = 0; i < tasks.size(); i++) {
            if (i == index) {
                settlement.settleOne(tasks.get(i), error);
            } else {
                settlement.again(tasks.get(i));
            }
        }
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

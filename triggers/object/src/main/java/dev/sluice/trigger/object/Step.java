package dev.sluice.trigger.object;

import dev.sluice.broker.Control.Change;
import dev.sluice.broker.Control.Outgoing;
import java.util.List;

/**
 * What is to be stored as one.
 *
 * @param events to store; at most 1,000
 * @param changes of states
 * @param stored called once it is stored, on a thread that may block
 * @param passEnded whether nothing is to be done before the next pass
 */
record Step(List<Outgoing> events, List<Change> changes, Runnable stored, boolean passEnded) {
    boolean isEmpty() {
        return events.isEmpty() && changes.isEmpty();
    }
}

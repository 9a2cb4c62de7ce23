package dev.sluice.engine;

import dev.sluice.function.EventExtensions;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an event's extensions ask of the engine. One that can't be read asks for nothing: the event runs, and its
 * function sees what is wrong.
 */
final class Hints {
    private Hints() {}

    /** When the event expires; null when it does not, as when it is put aside already and is read as a dead letter. */
    static @Nullable Instant expiry(CloudEvent event) {
        if (event.getExtension(EventExtensions.EXPIRY_TIME) == null || event.getExtension("dlreason") != null) {
            return null;
        }
        try {
            return EventExtensions.expiryTime(event).orElseThrow().toInstant();
        } catch (FunctionException.Rejected unreadable) {
            return null;
        }
    }

    /** How many events it stands for beside itself, since only some of them were sent. */
    static long unseen(CloudEvent event) {
        if (event.getExtension(EventExtensions.SAMPLED_RATE) == null) {
            return 0;
        }
        try {
            return EventExtensions.sampledRate(event) - 1L;
        } catch (FunctionException.Rejected unreadable) {
            return 0;
        }
    }
}

package dev.sluice.trigger.object;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One look at every object of a place, in an order that is the same or nearly so each time. Blocks; for one thread. */
interface Pass extends Closeable {
    /**
     * The next object that is meant; null at the end.
     *
     * @throws IOException when the place itself can't be looked at
     */
    @Nullable
    Seen next() throws IOException;

    /** Whether nothing was left out: what was not seen is not there. */
    boolean isComplete();

    /** From where another pass could go on; null when a pass always begins at the beginning. */
    default @Nullable String marker() {
        return null;
    }
}

package dev.sluice.trigger.object;

import dev.sluice.cloudevents.WireEvent;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where objects are. Blocks; not for several threads. */
interface Place extends Closeable {
    /**
     * Begins a pass.
     *
     * @param after where an earlier pass was; null for the beginning. A place may begin at the beginning all the same
     * @throws IOException when the place can't be looked at, in words for a person
     */
    Pass pass(@Nullable String after) throws IOException;

    /**
     * The event of a version; null when there is none for a reason that is counted.
     *
     * @param changed whether another version of the object had an event before
     */
    @Nullable
    WireEvent event(Seen seen, boolean changed);

    @Override
    default void close() {}
}

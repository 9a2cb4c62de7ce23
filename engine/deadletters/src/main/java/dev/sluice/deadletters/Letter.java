package dev.sluice.deadletters;

import dev.sluice.broker.Control.Outgoing;
import dev.sluice.broker.StoredEvent;
import org.jspecify.annotations.Nullable;

/**
 * A letter that a job settles.
 *
 * @param stored as it stands on its topic
 * @param outgoing what goes back; null when it is discarded
 * @param sizeBytes what it holds in memory
 */
record Letter(StoredEvent stored, @Nullable Outgoing outgoing, int sizeBytes) {}

package dev.sluice.cloudevents.http;

import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.JsonEventFormat;
import io.cloudevents.CloudEvent;
import java.io.ByteArrayOutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Cuts events into JSON batches that keep a count and a size, in order. Each batch is written when it is asked for. */
final class Batches implements Iterator<byte[]> {
    private final JsonEventFormat json;
    private final List<? extends CloudEvent> events;
    private final int eventsMax;
    private final int bytesMax;
    private int next;
    /** Written already, and too much for the batch before. */
    private byte @Nullable [] ahead;

    Batches(JsonEventFormat json, List<? extends CloudEvent> events, int eventsMax, int bytesMax) {
        this.json = json;
        this.events = events;
        this.eventsMax = eventsMax;
        this.bytesMax = bytesMax;
    }

    @Override
    public boolean hasNext() {
        return next < events.size();
    }

    /** @throws InvalidEventException when an event is not valid, or alone too large for a batch, with its index */
    @Override
    public byte[] next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        batch.write('[');
        for (int count = 0; count < eventsMax && hasNext(); count++) {
            byte[] event = event();
            boolean fits = batch.size() + event.length + 2 <= bytesMax;
            if (!fits && count > 0) {
                ahead = event;
                break;
            }
            if (!fits) {
                throw InvalidEventException.tooLarge("event", "must fit a batch of " + bytesMax + " bytes")
                        .at(next);
            }
            if (count > 0) {
                batch.write(',');
            }
            batch.writeBytes(event);
            next++;
        }
        batch.write(']');
        return batch.toByteArray();
    }

    private byte[] event() {
        byte[] written = ahead;
        ahead = null;
        if (written != null) {
            return written;
        }
        try {
            return json.write(events.get(next));
        } catch (InvalidEventException e) {
            throw e.at(next);
        }
    }
}

package dev.sluice.server.explain;

import dev.sluice.broker.EventSink;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.engine.journal.Sampling;
import dev.sluice.engine.journal.Stage;
import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A way in that tells the journal which events were stored, of those that are chosen. */
public final class RecordedSink implements EventSink {
    private final EventSink sink;
    private final Journal journal;
    private final Sampling sampling;

    public RecordedSink(EventSink sink, Journal journal) {
        this.sink = sink;
        this.journal = journal;
        sampling = new Sampling(journal.options().rate());
    }

    @Override
    public String topic() {
        return sink.topic();
    }

    @Override
    public int sizeMaxBytes() {
        return sink.sizeMaxBytes();
    }

    @Override
    public Mono<Void> publish(CloudEvent event, @Nullable String key) {
        var stored = sink.publish(event, key);
        return sampling.takes(event, System.nanoTime()) ? stored.doOnSuccess(nothing -> record(event)) : stored;
    }

    private void record(CloudEvent event) {
        journal.add(
                new JournalEntry(
                        journal.nextSequence(),
                        System.currentTimeMillis(),
                        Stage.STORED,
                        event.getId(),
                        String.valueOf(WireEvent.textOf(event, "source")),
                        "",
                        "",
                        sink.topic(),
                        -1,
                        -1,
                        0,
                        0,
                        0,
                        0,
                        "",
                        ""),
                false);
    }
}

package dev.sluice.trigger.topic;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.util.Map;
import java.util.Objects;

/**
 * How one trigger sees the events of its topic, whatever others of its group see: records that are no events come from
 * a source of its own, and every event carries its extensions. What is no valid event stays as it came, byte for byte.
 *
 * @param topic the topic that is read
 * @param source of the events that stand for records which claim to be none; the others keep theirs
 * @param extensions set on every event, in place of those of the same name
 */
public record SourceForm(String topic, String source, Map<String, String> extensions) {
    /** Checks that events can be given this. */
    public SourceForm {
        Objects.requireNonNull(topic, "topic");
        extensions = Map.copyOf(extensions);
        var sample = WireEvent.builder().id("1").type("sample").source(source);
        extensions.forEach(sample::extension);
        sample.build();
    }

    /** The source with its events in this form; all else is the source's. */
    public EventSource over(EventSource upstream) {
        return new FormedSource(upstream, this);
    }

    /** The event that a delivery of the topic brings; a {@code RawEvent} as it is. */
    CloudEvent of(Delivery delivery) {
        return of(delivery.event(), delivery.partition(), delivery.offset());
    }

    /** The event that stands at that place of the topic, as the trigger sees it; a {@code RawEvent} as it is. */
    public CloudEvent of(CloudEvent event, int partition, long offset) {
        if (event instanceof RawEvent) {
            return event;
        }
        var wire = WireEvent.of(event);
        var plain = standsForARecord(wire, partition, offset);
        if (!plain && extensions.isEmpty()) {
            return wire;
        }
        var builder = wire.toBuilder();
        if (plain) {
            builder.source(source);
        }
        extensions.forEach(builder::extension);
        return builder.build();
    }

    /** Its name is that of its own record, which an event that was sent under such a name has only by its own place. */
    private boolean standsForARecord(WireEvent event, int partition, long offset) {
        return event.source().equals("/topics/" + topic)
                && event.getId().equals("partition:" + partition + "/offset:" + offset);
    }

    /** What it adds to an event at most, in bytes. */
    int sizeBytes() {
        var chars = source.length();
        for (var extension : extensions.entrySet()) {
            chars += extension.getKey().length() + extension.getValue().length();
        }
        return 3 * chars;
    }
}

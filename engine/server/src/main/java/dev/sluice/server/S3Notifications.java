package dev.sluice.server;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.mappings.EventMapping;
import dev.sluice.cloudevents.mappings.RefusedPayloadException;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.time.Clock;
import java.util.Objects;
import java.util.function.Function;
import reactor.core.publisher.Flux;

/**
 * A function that answers with the events of a notification of S3, which is the data of what it is given: one of each
 * record, with the notification's {@code partitionkey}, so that what was in order stays so. What is no notification is
 * rejected. The same notification makes the same ids again.
 */
public final class S3Notifications implements Function<CloudEvent, Flux<CloudEvent>> {
    private static final String KEY = "partitionkey";

    private final EventMapping mapping = EventMapping.s3(EventLimits.DEFAULT, Clock.systemUTC());

    /** For the engine, which makes its instances. */
    public S3Notifications() {}

    @Override
    public Flux<CloudEvent> apply(CloudEvent notification) {
        var data = notification.getData();
        if (data == null) {
            return Flux.error(new FunctionException.Rejected("has no data, and should be a notification of S3"));
        }
        try {
            // Its table reads no header, and the type alone is looked at: none is as good as an empty one.
            var type = Objects.requireNonNullElse(notification.getDataContentType(), "");
            var events = mapping.events(header -> header.equals("Content-Type") ? type : "", data.toBytes());
            var key = WireEvent.textOf(notification, KEY);
            return Flux.fromIterable(events).map(event -> key == null ? event : event.with(KEY, key));
        } catch (RefusedPayloadException refused) {
            var why = "is no notification of S3 that can be read: " + refused.getMessage();
            return Flux.error(new FunctionException.Rejected(why, refused));
        }
    }
}

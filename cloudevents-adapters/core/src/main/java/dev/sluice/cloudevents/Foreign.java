package dev.sluice.cloudevents;

import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.SpecVersion;
import java.net.URI;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Reads events of other implementations, such as the SDK's own, whose values are typed and unchecked. */
final class Foreign {
    private Foreign() {}

    static WireEvent.Builder copy(CloudEvent event) {
        if (event instanceof RawEvent raw) {
            return raw.view().toBuilder();
        }
        if (event.getSpecVersion() != SpecVersion.V1) {
            throw new InvalidEventException("specversion", String.valueOf(event.getSpecVersion()), "must be 1.0");
        }
        WireEvent.Builder copy = WireEvent.builder()
                .id(event.getId())
                .type(event.getType())
                .subject(event.getSubject())
                .dataContentType(event.getDataContentType());
        URI source = event.getSource();
        if (source != null) {
            copy.source(source);
        }
        URI schema = event.getDataSchema();
        if (schema != null) {
            copy.dataSchema(schema);
        }
        OffsetDateTime time = event.getTime();
        if (time != null) {
            copy.time(time);
        }
        for (String name : event.getExtensionNames()) {
            copy.extension(name, event.getExtension(name));
        }
        CloudEventData data = event.getData();
        return data == null ? copy : copy.data(data);
    }

    static @Nullable String text(CloudEvent event, String name) {
        Object value = Rules.isAttribute(name) ? event.getAttribute(name) : event.getExtension(name);
        if (value == null) {
            return null;
        }
        return value instanceof SpecVersion
                ? value.toString()
                : Rules.canonical(name, value).toString();
    }
}

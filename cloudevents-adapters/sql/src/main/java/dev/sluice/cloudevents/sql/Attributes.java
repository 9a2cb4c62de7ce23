package dev.sluice.cloudevents.sql;

import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An event's attributes as filters that know types see them. */
final class Attributes {
    private static final Set<String> CONTEXT =
            Set.of("id", "source", "type", "specversion", "subject", "time", "datacontenttype", "dataschema");

    private Attributes() {}

    /** Whether it is an attribute of the specification and no extension; those are strings. */
    static boolean isContext(String name) {
        return CONTEXT.contains(name);
    }

    /** A String, or of an extension that the event carries so an Integer or a Boolean; null when it has none. */
    static @Nullable Object value(CloudEvent event, String name, boolean context) {
        if (!context) {
            Object value = event.getExtension(name);
            if (value == null || value instanceof String || value instanceof Boolean || value instanceof Integer) {
                return value;
            }
        }
        return WireEvent.textOf(event, name);
    }
}

package dev.sluice.cloudevents;

import io.cloudevents.CloudEvent;
import io.cloudevents.SpecVersion;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A record of a topic that is no valid event, kept byte for byte so that it can be put aside whole and read again once
 * its reader is mended. As a {@link CloudEvent} it is a stand-in that says where the record stood and has its value as
 * data; a broker that can store bytes stores the record itself. Immutable but for the arrays, which belong to it.
 */
public final class RawEvent implements CloudEvent {
    /** The type of the stand-in. */
    public static final String TYPE = "dev.sluice.record.undecodable";

    private final WireEvent view;
    private final byte @Nullable [] key;
    private final List<Header> headers;
    private final byte @Nullable [] value;
    private final String problem;

    /** One of the record's headers, as it came. */
    public static final class Header {
        private final String name;
        private final byte @Nullable [] value;

        /** @param value null is a value too */
        public Header(String name, byte @Nullable [] value) {
            this.name = Objects.requireNonNull(name, "name");
            this.value = value;
        }

        /** Its name. */
        public String name() {
            return name;
        }

        /** Its value; not to be changed. */
        public byte @Nullable [] value() {
            return value;
        }
    }

    private RawEvent(
            WireEvent view, byte @Nullable [] key, List<Header> headers, byte @Nullable [] value, String problem) {
        this.view = view;
        this.key = key;
        this.headers = List.copyOf(headers);
        this.value = value;
        this.problem = Objects.requireNonNull(problem, "problem");
    }

    /**
     * A record as it came. Takes anything: a topic's name that no source can hold is percent-encoded in it.
     *
     * @param topic the topic that it stood on
     * @param problem why it is no event, in a sentence
     */
    public static RawEvent of(
            String topic,
            int partition,
            long offset,
            byte @Nullable [] key,
            List<Header> headers,
            byte @Nullable [] value,
            String problem) {
        var view = WireEvent.builder()
                .id(partition + "-" + offset)
                .source(sourceOf(topic))
                .type(TYPE)
                .data(value)
                .build();
        return new RawEvent(view, key, headers, value, problem);
    }

    private static String sourceOf(String topic) {
        String source = "/topics/" + topic;
        return UriText.isReference(source) ? source : "/topics/" + URLEncoder.encode(topic, StandardCharsets.UTF_8);
    }

    /** The same record; its stand-in changed, as by extensions that say why it was put aside. */
    public RawEvent with(UnaryOperator<WireEvent.Builder> change) {
        return new RawEvent(change.apply(view.toBuilder()).build(), key, headers, value, problem);
    }

    /** The stand-in. */
    public WireEvent view() {
        return view;
    }

    /** The record's key. */
    public byte @Nullable [] key() {
        return key;
    }

    /** The record's headers, in their order. */
    public List<Header> headers() {
        return headers;
    }

    /** The record's value. */
    public byte @Nullable [] value() {
        return value;
    }

    /** Why it is no event. */
    public String problem() {
        return problem;
    }

    /** Bytes of the stand-in with its value, of key and headers. */
    public int sizeBytes() {
        var size = (long) view.sizeBytes() + (key == null ? 0 : key.length);
        for (var header : headers) {
            size += header.name.getBytes(StandardCharsets.UTF_8).length
                    + (header.value == null ? 0 : header.value.length);
        }
        return (int) Math.min(size, Integer.MAX_VALUE);
    }

    @Override
    public @Nullable EventData getData() {
        return view.getData();
    }

    @Override
    public SpecVersion getSpecVersion() {
        return view.getSpecVersion();
    }

    @Override
    public String getId() {
        return view.getId();
    }

    @Override
    public String getType() {
        return view.getType();
    }

    @Override
    public URI getSource() {
        return view.getSource();
    }

    @Override
    public @Nullable String getDataContentType() {
        return view.getDataContentType();
    }

    @Override
    public @Nullable URI getDataSchema() {
        return view.getDataSchema();
    }

    @Override
    public @Nullable String getSubject() {
        return view.getSubject();
    }

    @Override
    public @Nullable OffsetDateTime getTime() {
        return view.getTime();
    }

    @Override
    public @Nullable Object getAttribute(String attributeName) {
        return view.getAttribute(attributeName);
    }

    @Override
    public @Nullable Object getExtension(String extensionName) {
        return view.getExtension(extensionName);
    }

    @Override
    public Set<String> getExtensionNames() {
        return view.getExtensionNames();
    }

    /** One line without the record's bytes. */
    @Override
    public String toString() {
        return "RawEvent{" + view.source() + " " + view.getId() + ", " + Escaped.of(problem, 256) + "}";
    }
}

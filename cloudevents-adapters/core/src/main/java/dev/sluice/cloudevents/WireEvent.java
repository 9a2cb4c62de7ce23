package dev.sluice.cloudevents;

import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.SpecVersion;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent 1.0 that is valid and immutable. Attributes are held as the checked text they came as; {@link URI} and
 * {@link OffsetDateTime} are made when first asked for, and data stays a slice of the received bytes.
 * Extensions keep the types Boolean, Integer and String; other types are held as their canonical string, as formats
 * write them. Safe to share between threads.
 * The event and its builder share their fields, and so this long file.
 */
public final class WireEvent implements CloudEvent {
    private final String id;
    private final String source;
    private final String type;
    private final @Nullable String subject;
    private final @Nullable String time;
    private final @Nullable String dataContentType;
    private final @Nullable String dataSchema;
    private final @Nullable EventData data;
    private final Object[] extensions;
    private final int sizeBytes;

    // URI's fields are not final, so it needs a safe publication; OffsetDateTime's are, so a race is harmless.
    private volatile @Nullable URI sourceUri;
    private volatile @Nullable URI dataSchemaUri;
    private @Nullable OffsetDateTime parsedTime;

    private WireEvent(Builder from, String id, String source, String type, int sizeBytes) {
        this.id = id;
        this.source = source;
        this.type = type;
        this.subject = from.subject;
        this.time = from.time;
        this.dataContentType = from.dataContentType;
        this.dataSchema = from.dataSchema;
        this.data = from.data;
        this.extensions = from.takeExtensions();
        this.sizeBytes = sizeBytes;
        WireEvent checked = from.checked;
        if (checked != null && same(source, checked.source) && checked.sourceUri != null) {
            this.sourceUri = checked.sourceUri;
        }
        if (checked != null && same(dataSchema, checked.dataSchema) && checked.dataSchemaUri != null) {
            this.dataSchemaUri = checked.dataSchemaUri;
        }
    }

    /** Begins an event; id, source and type are required. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins an event from all of another one: attributes, extensions and data. */
    public static Builder builder(CloudEvent copyFrom) {
        return copyFrom instanceof WireEvent wire ? wire.toBuilder() : Foreign.copy(copyFrom);
    }

    /**
     * The same event as a WireEvent; the same object when it is one.
     *
     * @throws InvalidEventException when a foreign event breaks a rule of the specification
     */
    public static WireEvent of(CloudEvent event) {
        return event instanceof WireEvent wire ? wire : Foreign.copy(event).build();
    }

    /**
     * An event's size in bytes: names and values of its attributes in UTF-8 and its data, without a format's overhead.
     * For a foreign event this reads its data.
     */
    public static int sizeOf(CloudEvent event) {
        return event instanceof RawEvent raw ? raw.sizeBytes() : of(event).sizeBytes;
    }

    /**
     * What {@link #text(String)} gives, of any event: the canonical string of an attribute or extension; null when
     * unset.
     */
    public static @Nullable String textOf(CloudEvent event, String attributeName) {
        return event instanceof WireEvent wire ? wire.text(attributeName) : Foreign.text(event, attributeName);
    }

    /** A builder that starts with all of this event. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * As {@link #toBuilder()}, for one event after another that differs little from this one: what is not set anew is not
     * checked again. To be built within limits that this event is known to keep, or some of them may be passed.
     */
    public Builder successor() {
        Builder next = new Builder(this);
        next.checked = this;
        return next;
    }

    /** What an attribute adds to an event's size. */
    private static long sizeOf(String name, @Nullable String value) {
        return value == null ? 0 : name.length() + Rules.length(value);
    }

    private static boolean same(@Nullable Object one, @Nullable Object other) {
        return one == other;
    }

    /** This event with one extension set. */
    public WireEvent with(String extension, String value) {
        return toBuilder().extension(extension, value).build();
    }

    /** Size in bytes: names and values of the attributes in UTF-8, and the data. Known without computing. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /**
     * The canonical string of an attribute or extension, as text formats write it; null when it is unset. Parses
     * nothing, and allocates nothing but for an Integer extension.
     */
    public @Nullable String text(String attributeName) {
        return switch (attributeName) {
            case "id" -> id;
            case "source" -> source;
            case "type" -> type;
            case "specversion" -> "1.0";
            case "subject" -> subject;
            case "time" -> time;
            case "datacontenttype" -> dataContentType;
            case "dataschema" -> dataSchema;
            default -> {
                Object value = Extensions.find(extensions, attributeName);
                yield value == null ? null : value.toString();
            }
        };
    }

    @Override
    public SpecVersion getSpecVersion() {
        return SpecVersion.V1;
    }

    @Override
    public String getId() {
        return id;
    }

    @Override
    public String getType() {
        return type;
    }

    @Override
    public URI getSource() {
        URI known = sourceUri;
        if (known == null) {
            known = URI.create(source);
            sourceUri = known;
        }
        return known;
    }

    /** The source as it came, without making a {@link URI}. */
    public String source() {
        return source;
    }

    @Override
    public @Nullable String getDataContentType() {
        return dataContentType;
    }

    @Override
    public @Nullable URI getDataSchema() {
        URI known = dataSchemaUri;
        if (known == null && dataSchema != null) {
            known = URI.create(dataSchema);
            dataSchemaUri = known;
        }
        return known;
    }

    @Override
    public @Nullable String getSubject() {
        return subject;
    }

    /** The time; a leap second reads as second 59. */
    @Override
    public @Nullable OffsetDateTime getTime() {
        OffsetDateTime known = parsedTime;
        if (known == null && time != null) {
            known = Rfc3339.parse(time);
            parsedTime = known;
        }
        return known;
    }

    @Override
    public @Nullable EventData getData() {
        return data;
    }

    @Override
    public @Nullable Object getAttribute(String attributeName) {
        return switch (attributeName) {
            case "specversion" -> SpecVersion.V1;
            case "source" -> getSource();
            case "dataschema" -> getDataSchema();
            case "time" -> getTime();
            default -> {
                if (!Rules.isAttribute(attributeName)) {
                    throw new IllegalArgumentException(
                            "\"" + Escaped.of(attributeName, 64) + "\" is no attribute of CloudEvents 1.0");
                }
                yield text(attributeName);
            }
        };
    }

    @Override
    public @Nullable Object getExtension(String extensionName) {
        return Extensions.find(extensions, extensionName);
    }

    @Override
    public Set<String> getExtensionNames() {
        return new Extensions.Names(extensions);
    }

    Object[] extensions() {
        return extensions;
    }

    /**
     * By value: the texts of all attributes, the extensions with their types in any order, and the bytes of the data.
     */
    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof WireEvent that
                && id.equals(that.id)
                && source.equals(that.source)
                && type.equals(that.type)
                && Objects.equals(subject, that.subject)
                && Objects.equals(time, that.time)
                && Objects.equals(dataContentType, that.dataContentType)
                && Objects.equals(dataSchema, that.dataSchema)
                && Extensions.same(extensions, that.extensions)
                && Objects.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return (id.hashCode() * 31 + source.hashCode()) * 31 + type.hashCode();
    }

    /** One line with the attributes, escaped, and the size of the data; never the data itself. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("CloudEvent{id=\"").append(Escaped.of(id, 64));
        show(out, "source", source);
        show(out, "type", type);
        show(out, "subject", subject);
        show(out, "time", time);
        show(out, "datacontenttype", dataContentType);
        show(out, "dataschema", dataSchema);
        for (int i = 0; i < extensions.length; i += 2) {
            show(out, (String) extensions[i], extensions[i + 1].toString());
        }
        return out.append("\", ")
                .append(data == null ? "no data" : data)
                .append('}')
                .toString();
    }

    private static void show(StringBuilder out, String name, @Nullable String value) {
        if (value != null) {
            out.append("\", ").append(name).append("=\"").append(Escaped.of(value, 64));
        }
    }

    /** Collects an event's parts; checks them in {@link #build()}. For one thread. */
    public static final class Builder {
        private static final int FIRST_EXTENSIONS = 4;

        private @Nullable String id;
        private @Nullable String source;
        private @Nullable String type;
        private @Nullable String subject;
        private @Nullable String time;
        private @Nullable String dataContentType;
        private @Nullable String dataSchema;
        private @Nullable EventData data;
        private Object[] extensions = Extensions.NONE;
        private int used;
        private boolean shared;
        /** Whatever is the same object there needs no check. */
        private @Nullable WireEvent checked;

        private Builder() {}

        private Builder(WireEvent from) {
            id = from.id;
            source = from.source;
            type = from.type;
            subject = from.subject;
            time = from.time;
            dataContentType = from.dataContentType;
            dataSchema = from.dataSchema;
            data = from.data;
            extensions = from.extensions;
            used = from.extensions.length;
            shared = true;
        }

        /** Required, not empty; with the source it identifies the event. */
        public Builder id(@Nullable String text) {
            this.id = text;
            return this;
        }

        /** Required: a URI-reference, not empty. */
        public Builder source(@Nullable String uriReference) {
            this.source = uriReference;
            return this;
        }

        /** Required: a URI-reference, not empty. */
        public Builder source(URI uriReference) {
            return source(uriReference.toString());
        }

        /** Required, not empty. */
        public Builder type(@Nullable String text) {
            this.type = text;
            return this;
        }

        /** Not empty; null unsets it. */
        public Builder subject(@Nullable String text) {
            this.subject = text;
            return this;
        }

        /** A timestamp of RFC 3339, kept as it is written; null unsets it. */
        public Builder time(@Nullable String timestamp) {
            this.time = timestamp;
            return this;
        }

        /** The time in its canonical form. */
        public Builder time(OffsetDateTime instant) {
            return time(Rfc3339.format(instant));
        }

        /** A media type; null unsets it. */
        public Builder dataContentType(@Nullable String mediaType) {
            this.dataContentType = mediaType;
            return this;
        }

        /** An absolute URI; null unsets it. */
        public Builder dataSchema(@Nullable String uri) {
            this.dataSchema = uri;
            return this;
        }

        /** An absolute URI. */
        public Builder dataSchema(URI uri) {
            return dataSchema(uri.toString());
        }

        /** All of the array, which is not copied; null unsets the data. */
        public Builder data(byte @Nullable [] bytes) {
            this.data = bytes == null ? null : EventData.of(bytes);
            return this;
        }

        /** The text in UTF-8. */
        public Builder data(String text) {
            return data(text.getBytes(StandardCharsets.UTF_8));
        }

        /** Data in any holder; its bytes are read now. */
        public Builder data(CloudEventData bytes) {
            this.data = EventData.of(bytes);
            return this;
        }

        /** Bytes and their media type. */
        public Builder data(@Nullable String mediaType, byte[] bytes) {
            return dataContentType(mediaType).data(bytes);
        }

        /** Unsets the data. */
        public Builder withoutData() {
            this.data = null;
            return this;
        }

        /**
         * Sets an extension; null removes it.
         *
         * @param value a Boolean, a whole number of 32 bits, a String; byte[], URI and OffsetDateTime are turned into
         *     their canonical strings
         * @throws InvalidEventException when the value has another type
         */
        public Builder extension(String name, @Nullable Object value) {
            int slot = Extensions.slotOf(extensions, used, name);
            if (value == null) {
                return remove(slot);
            }
            Object canonical = Rules.canonical(name, value);
            own();
            if (slot >= 0) {
                extensions[slot] = canonical;
                return this;
            }
            if (used == extensions.length) {
                extensions = Arrays.copyOf(extensions, Math.max(2 * FIRST_EXTENSIONS, 2 * used));
            }
            extensions[used++] = name;
            extensions[used++] = canonical;
            return this;
        }

        /** Sets any attribute or extension by its name, from its canonical string; {@code specversion} must be 1.0. */
        public Builder attribute(String name, @Nullable String value) {
            return switch (name) {
                case "id" -> id(value);
                case "source" -> source(value);
                case "type" -> type(value);
                case "subject" -> subject(value);
                case "time" -> time(value);
                case "datacontenttype" -> dataContentType(value);
                case "dataschema" -> dataSchema(value);
                case "specversion" -> {
                    if (!"1.0".equals(value)) {
                        throw new InvalidEventException("specversion", value, "must be 1.0");
                    }
                    yield this;
                }
                default -> extension(name, value);
            };
        }

        /** Whether an extension of this name is set. */
        public boolean hasExtension(String name) {
            return Extensions.slotOf(extensions, used, name) >= 0;
        }

        /**
         * The event.
         *
         * @throws InvalidEventException when a rule of the specification is broken; the first one found
         */
        public WireEvent build() {
            return build(EventLimits.NONE);
        }

        /**
         * The event, within limits: for what comes from outside.
         *
         * @throws InvalidEventException when a rule of the specification is broken or a limit is passed; the first one
         *     found
         */
        public WireEvent build(EventLimits limits) {
            long size = checked == null ? checkedSize(limits) : changedSize(checked, limits);
            if (size > limits.eventBytes()) {
                throw InvalidEventException.tooLarge(
                        "event", "must not be larger than " + limits.eventBytes() + " bytes, and has " + size);
            }
            return new WireEvent(
                    this,
                    Objects.requireNonNull(id),
                    Objects.requireNonNull(source),
                    Objects.requireNonNull(type),
                    (int) size);
        }

        /** Checks everything. */
        private long checkedSize(EventLimits limits) {
            long size = Rules.required("id", id, limits);
            size += Rules.source(source, limits);
            size += Rules.required("type", type, limits) + "idsourcetypespecversion1.0".length();
            size += subject == null ? 0 : Rules.nonEmpty("subject", subject, limits) + "subject".length();
            size += time == null ? 0 : Rules.time(time, limits) + "time".length();
            size += dataContentType == null
                    ? 0
                    : Rules.dataContentType(dataContentType, limits) + "datacontenttype".length();
            size += dataSchema == null ? 0 : Rules.dataSchema(dataSchema, limits) + "dataschema".length();
            size += Extensions.check(extensions, used, limits);
            return size + (data == null ? 0 : data.size());
        }

        /** Checks what is not the same object as in an event that was checked. */
        private long changedSize(WireEvent known, EventLimits limits) {
            long size = known.sizeBytes;
            if (!same(id, known.id)) {
                size += Rules.required("id", id, limits) - Rules.length(known.id);
            }
            if (!same(source, known.source)) {
                size += Rules.source(source, limits) - Rules.length(known.source);
            }
            if (!same(type, known.type)) {
                size += Rules.required("type", type, limits) - Rules.length(known.type);
            }
            if (!same(subject, known.subject)) {
                size -= sizeOf("subject", known.subject);
                size += subject == null ? 0 : Rules.nonEmpty("subject", subject, limits) + "subject".length();
            }
            if (!same(time, known.time)) {
                size -= sizeOf("time", known.time);
                size += time == null ? 0 : Rules.time(time, limits) + "time".length();
            }
            if (!same(dataContentType, known.dataContentType)) {
                size -= sizeOf("datacontenttype", known.dataContentType);
                size += dataContentType == null
                        ? 0
                        : Rules.dataContentType(dataContentType, limits) + "datacontenttype".length();
            }
            if (!same(dataSchema, known.dataSchema)) {
                size -= sizeOf("dataschema", known.dataSchema);
                size += dataSchema == null ? 0 : Rules.dataSchema(dataSchema, limits) + "dataschema".length();
            }
            if (!same(extensions, known.extensions)) {
                size += Extensions.checkChanged(extensions, used, known.extensions, limits);
            }
            size -= known.data == null ? 0 : known.data.size();
            return size + (data == null ? 0 : data.size());
        }

        private Builder remove(int slot) {
            if (slot >= 0) {
                own();
                System.arraycopy(extensions, slot + 1, extensions, slot - 1, used - slot - 1);
                used -= 2;
            }
            return this;
        }

        /** A shared array belongs to an event: from here on the builder writes into one of its own. */
        private void own() {
            if (shared) {
                extensions = Arrays.copyOf(extensions, used + 2);
                shared = false;
            }
        }

        /** Hands the array to the event, cut to length. */
        private Object[] takeExtensions() {
            if (extensions.length != used) {
                extensions = used == 0 ? Extensions.NONE : Arrays.copyOf(extensions, used);
            }
            shared = true;
            return extensions;
        }
    }
}

package dev.sluice.cloudevents.http;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * The headers of the specification's own attributes; datacontenttype has none, as Content-Type is it.
 *
 * @param bit stands for this header in a set of those seen
 */
record AttributeHeader(String attribute, AsciiString header, int bit) {
    static final AttributeHeader ID = of("id", 0);
    static final AttributeHeader TYPE = of("type", 1);
    static final AttributeHeader TIME = of("time", 2);
    static final AttributeHeader SOURCE = of("source", 3);
    static final AttributeHeader SUBJECT = of("subject", 4);
    static final AttributeHeader DATASCHEMA = of("dataschema", 5);
    static final AttributeHeader SPECVERSION = of("specversion", 6);

    private static final AttributeHeader[] ALL = {ID, TYPE, TIME, SOURCE, SUBJECT, DATASCHEMA, SPECVERSION};

    private static AttributeHeader of(String attribute, int index) {
        return new AttributeHeader(attribute, AsciiString.cached("ce-" + attribute), 1 << index);
    }

    /** The attribute of a header's name in any case; null when it is an extension's. */
    static @Nullable AttributeHeader find(CharSequence name) {
        for (AttributeHeader known : ALL) {
            if (known.header.length() == name.length() && known.header.contentEqualsIgnoreCase(name)) {
                return known;
            }
        }
        return null;
    }
}

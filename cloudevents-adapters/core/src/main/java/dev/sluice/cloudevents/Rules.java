package dev.sluice.cloudevents;

import java.net.URI;
import java.time.OffsetDateTime;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The specification's rules for attributes. Each check returns the value's length in UTF-8, found on the way. */
final class Rules {
    private static final String COMMON_MEDIA_TYPE = "application/json";
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private Rules() {}

    static int required(String name, @Nullable String value, EventLimits limits) {
        if (value == null) {
            throw new InvalidEventException(name, null, "is required");
        }
        return nonEmpty(name, value, limits);
    }

    static int nonEmpty(String name, String value, EventLimits limits) {
        if (value.isEmpty()) {
            throw new InvalidEventException(name, null, "must not be empty");
        }
        return text(name, value, limits);
    }

    static int source(@Nullable String value, EventLimits limits) {
        int bytes = required("source", value, limits);
        if (value != null && !UriText.isReference(value)) {
            throw new InvalidEventException("source", value, "must be a URI-reference (RFC 3986)");
        }
        return bytes;
    }

    static int dataSchema(String value, EventLimits limits) {
        int bytes = nonEmpty("dataschema", value, limits);
        if (!UriText.isAbsolute(value)) {
            throw new InvalidEventException("dataschema", value, "must be an absolute URI (RFC 3986)");
        }
        return bytes;
    }

    static int time(String value, EventLimits limits) {
        if (!Rfc3339.isValid(value)) {
            throw new InvalidEventException(
                    "time", value, "must be a timestamp such as 2018-04-05T17:31:00Z (RFC 3339)");
        }
        return text("time", value, limits);
    }

    static int dataContentType(String value, EventLimits limits) {
        if (!value.equals(COMMON_MEDIA_TYPE) && !isMediaType(value)) {
            throw new InvalidEventException("datacontenttype", value, "must be a media type (RFC 2046)");
        }
        return text("datacontenttype", value, limits);
    }

    /** A string of the specification's type system: no control characters, noncharacters or lone surrogates. */
    static int text(String name, String value, EventLimits limits) {
        int bytes = value.length();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x20 || c >= 0x7f) {
                int codePoint = value.codePointAt(i);
                if (!isAllowed(codePoint)) {
                    throw new InvalidEventException(
                            name, value, "must not hold control characters, noncharacters or lone surrogates");
                }
                if (codePoint > 0xffff) {
                    i++;
                    bytes += 2;
                } else {
                    bytes += codePoint < 0x800 ? 1 : 2;
                }
            }
        }
        if (bytes > limits.valueBytes()) {
            throw new InvalidEventException(name, value, "must not be longer than " + limits.valueBytes() + " bytes");
        }
        return bytes;
    }

    /** The length in UTF-8 of a text that was checked. */
    static int length(String checked) {
        int bytes = checked.length();
        for (int i = 0; i < checked.length(); i++) {
            char c = checked.charAt(i);
            if (c >= 0x80) {
                // A surrogate's pair is four bytes for two characters, so each counts as two.
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }

    static int extensionName(String name, EventLimits limits) {
        if (!isName(name) || name.equals("data")) {
            throw new InvalidEventException(
                    name, null, "is no attribute name: only a-z and 0-9 are allowed, and \"data\" is taken");
        }
        if (isAttribute(name)) {
            throw new InvalidEventException(name, null, "is an attribute of the specification, not an extension");
        }
        if (name.length() > limits.nameChars()) {
            throw new InvalidEventException(
                    name, null, "must not be longer than " + limits.nameChars() + " characters");
        }
        return name.length();
    }

    static int extensionValue(String name, Object value, EventLimits limits) {
        if (value instanceof String text) {
            return text(name, text, limits);
        }
        return value.toString().length();
    }

    /**
     * A value in one of the types an event keeps: Boolean, Integer or String; times, URIs and bytes as their canonical
     * strings.
     */
    static Object canonical(String name, Object value) {
        if (value instanceof String || value instanceof Boolean || value instanceof Integer) {
            return value;
        }
        if (value instanceof Byte || value instanceof Short || value instanceof Long) {
            long number = ((Number) value).longValue();
            if (number == (int) number) {
                return (int) number;
            }
        }
        if (value instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
        if (value instanceof URI) {
            return value.toString();
        }
        if (value instanceof OffsetDateTime time) {
            String text = Rfc3339.format(time);
            if (Rfc3339.isValid(text)) {
                return text;
            }
        }
        throw new InvalidEventException(
                name,
                value.toString(),
                "must be a boolean, an integer of 32 bits, a string, bytes, a URI or a timestamp (RFC 3339)");
    }

    static boolean isAttribute(String name) {
        return switch (name) {
            case "id", "source", "specversion", "type", "datacontenttype", "dataschema", "subject", "time" -> true;
            default -> false;
        };
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static boolean isAllowed(int codePoint) {
        return codePoint >= 0xa0
                && (codePoint < 0xd800 || codePoint > 0xdfff)
                && (codePoint < 0xfdd0 || codePoint > 0xfdef)
                && (codePoint & 0xfffe) != 0xfffe;
    }

    /**
     * {@code type "/" subtype} and parameters {@code ; name=value}, the value a token or a quoted string; printable
     * ASCII only.
     */
    private static boolean isMediaType(String text) {
        int slash = tokenEnd(text, 0);
        if (slash == 0 || slash == text.length() || text.charAt(slash) != '/') {
            return false;
        }
        int at = tokenEnd(text, slash + 1);
        if (at == slash + 1) {
            return false;
        }
        while (at >= 0 && at < text.length()) {
            at = parameterEnd(text, at);
        }
        return at == text.length();
    }

    /** Where one {@code ; name=value} ends; -1 when it is none. */
    private static int parameterEnd(String text, int from) {
        int at = spaceEnd(text, from);
        if (at == text.length() || text.charAt(at) != ';') {
            return -1;
        }
        int name = spaceEnd(text, at + 1);
        int equals = tokenEnd(text, name);
        if (equals == name || equals == text.length() || text.charAt(equals) != '=') {
            return -1;
        }
        int value = equals + 1;
        if (value < text.length() && text.charAt(value) == '"') {
            return quotedEnd(text, value + 1);
        }
        int end = tokenEnd(text, value);
        return end == value ? -1 : end;
    }

    private static int quotedEnd(String text, int from) {
        for (int at = from; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                return at + 1;
            }
            if (c == '\\') {
                at++;
            }
            if (at == text.length() || text.charAt(at) < ' ' || text.charAt(at) > '~') {
                return -1;
            }
        }
        return -1;
    }

    private static int spaceEnd(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        return at;
    }

    private static int tokenEnd(String text, int from) {
        int at = from;
        while (at < text.length() && isToken(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isToken(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || TOKEN_MARKS.indexOf(c) >= 0;
    }
}

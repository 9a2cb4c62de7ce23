package dev.sluice.cloudevents;

import org.jspecify.annotations.Nullable;

/** Questions about media types, answered as RFC 2046 compares them: without regard to case and parameters. */
public final class MediaTypes {
    /** One event in the JSON format. */
    public static final String STRUCTURED_JSON = "application/cloudevents+json";
    /** A batch of events in the JSON format. */
    public static final String BATCH_JSON = "application/cloudevents-batch+json";

    private static final String STRUCTURED_PREFIX = "application/cloudevents";
    private static final String BATCH_PREFIX = "application/cloudevents-batch";

    private MediaTypes() {}

    /** Whether this is one event in the JSON format. */
    public static boolean isStructuredJson(@Nullable CharSequence mediaType) {
        return is(mediaType, STRUCTURED_JSON);
    }

    /** Whether this is a batch of events in the JSON format. */
    public static boolean isBatchJson(@Nullable CharSequence mediaType) {
        return is(mediaType, BATCH_JSON);
    }

    /**
     * Whether the body is one event in some format, known or not: {@code application/cloudevents} and what follows it.
     */
    public static boolean isStructured(@Nullable CharSequence mediaType) {
        return startsWith(mediaType, STRUCTURED_PREFIX) && !isBatch(mediaType);
    }

    /** Whether the body is a batch of events in some format, known or not. */
    public static boolean isBatch(@Nullable CharSequence mediaType) {
        return startsWith(mediaType, BATCH_PREFIX);
    }

    /** Whether data of this type is JSON: subtype {@code json} or a suffix {@code +json}. An absent type is not. */
    public static boolean isJson(@Nullable CharSequence mediaType) {
        if (mediaType == null) {
            return false;
        }
        int end = bareEnd(mediaType);
        return endsWith(mediaType, end, "/json") || endsWith(mediaType, end, "+json");
    }

    /**
     * Whether data of this type is text in UTF-8, which JSON can hold as a string: {@code text/*}, XML and its kin,
     * with no charset or one that UTF-8 covers.
     */
    static boolean isUtf8Text(String mediaType) {
        int end = bareEnd(mediaType);
        boolean text =
                startsWith(mediaType, "text/") || endsWith(mediaType, end, "/xml") || endsWith(mediaType, end, "+xml");
        if (!text) {
            return false;
        }
        String charset = parameter(mediaType, "charset");
        return charset == null || charset.equalsIgnoreCase("utf-8") || charset.equalsIgnoreCase("us-ascii");
    }

    /** The value of a parameter of a valid media type, without its quotes; null when there is none of this name. */
    static @Nullable String parameter(String mediaType, String name) {
        int at = mediaType.indexOf(';');
        while (at >= 0) {
            int equals = mediaType.indexOf('=', at);
            int end = valueEnd(mediaType, equals + 1);
            if (equals < 0) {
                return null;
            }
            if (mediaType.substring(at + 1, equals).trim().equalsIgnoreCase(name)) {
                String value = mediaType.substring(equals + 1, end).trim();
                return value.startsWith("\"") ? value.substring(1, value.length() - 1) : value;
            }
            at = mediaType.indexOf(';', end);
        }
        return null;
    }

    /** Where a parameter's value ends: a quoted string may hold semicolons. */
    private static int valueEnd(String mediaType, int from) {
        int at = from;
        boolean quoted = at < mediaType.length() && mediaType.charAt(at) == '"';
        for (at += quoted ? 1 : 0; at < mediaType.length(); at++) {
            char c = mediaType.charAt(at);
            if (quoted && c == '\\') {
                at++;
            } else if (quoted && c == '"') {
                return at + 1;
            } else if (!quoted && c == ';') {
                return at;
            }
        }
        return mediaType.length();
    }

    private static boolean is(@Nullable CharSequence mediaType, String bare) {
        return mediaType != null && bareEnd(mediaType) == bare.length() && startsWith(mediaType, bare);
    }

    /** Where the type ends and white space or parameters begin. */
    private static int bareEnd(CharSequence mediaType) {
        int end = 0;
        while (end < mediaType.length() && mediaType.charAt(end) != ';' && mediaType.charAt(end) > ' ') {
            end++;
        }
        return end;
    }

    private static boolean startsWith(@Nullable CharSequence mediaType, String prefix) {
        return mediaType != null && mediaType.length() >= prefix.length() && matches(mediaType, 0, prefix);
    }

    private static boolean endsWith(CharSequence mediaType, int end, String suffix) {
        return end >= suffix.length() && matches(mediaType, end - suffix.length(), suffix);
    }

    /** Compares ASCII letters without regard to case; the expected text is in lower case. */
    private static boolean matches(CharSequence text, int from, String expected) {
        for (int i = 0; i < expected.length(); i++) {
            char c = text.charAt(from + i);
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}

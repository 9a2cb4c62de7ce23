package dev.sluice.cloudevents.http;

import dev.sluice.cloudevents.MediaTypes;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;

/** What a request's Accept headers name. */
final class Accept {
    private Accept() {}

    /** Whether a media type is named, with a weight above 0. */
    static boolean names(HttpHeaders headers, String mediaType) {
        for (String header : headers.getAll(HttpHeaderNames.ACCEPT)) {
            int at = 0;
            while (at < header.length()) {
                int comma = header.indexOf(',', at);
                int end = comma < 0 ? header.length() : comma;
                if (isNamed(header.substring(at, end).trim(), mediaType)) {
                    return true;
                }
                at = end + 1;
            }
        }
        return false;
    }

    private static boolean isNamed(String range, String mediaType) {
        boolean same = mediaType.equals(MediaTypes.BATCH_JSON)
                ? MediaTypes.isBatchJson(range)
                : MediaTypes.isStructuredJson(range);
        return same && !range.replace(" ", "").toLowerCase(Locale.ROOT).matches(".*;q=0(\\.0*)?(;.*)?");
    }
}

package dev.sluice.trigger.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What every request must keep to, beyond what the decoder checks: one Host that is the target's, no coding but chunked,
 * and not too many headers. One pass over the headers.
 */
final class RequestRules {
    private static final AsciiSet HOST = AsciiSet.alphanumericAnd(".-:_[]");

    private RequestRules() {}

    /** @throws Refusal with the rule that is broken; the connection ends with it */
    static void check(HttpHeaders headers, HttpVersion version, RequestTarget target, HttpLimits limits) {
        var count = 0;
        CharSequence host = null;
        var all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            var header = all.next();
            var name = header.getKey();
            count++;
            switch (name.length()) {
                case 4 -> {
                    if (AsciiString.contentEqualsIgnoreCase(name, HttpHeaderNames.HOST)) {
                        host = only(host, header.getValue());
                    }
                }
                case 16 -> {
                    if (AsciiString.contentEqualsIgnoreCase(name, HttpHeaderNames.CONTENT_ENCODING)) {
                        requireIdentity(header.getValue());
                    }
                }
                case 17 -> {
                    if (AsciiString.contentEqualsIgnoreCase(name, HttpHeaderNames.TRANSFER_ENCODING)
                            && !AsciiString.contentEqualsIgnoreCase(header.getValue(), "chunked")) {
                        throw refused(400, "the header Transfer-Encoding must be chunked");
                    }
                }
                default -> {
                    // Nothing to check here.
                }
            }
        }
        if (count > limits.headersMax()) {
            throw refused(431, "a request must not have more than " + limits.headersMax() + " headers");
        }
        checkHost(host, version, target.authority());
    }

    private static CharSequence only(@Nullable CharSequence before, CharSequence host) {
        if (before != null) {
            throw refused(400, "the header Host must not be given twice");
        }
        return host;
    }

    private static void requireIdentity(CharSequence encoding) {
        if (!AsciiString.contentEqualsIgnoreCase(encoding, "identity")) {
            throw refused(415, "the body must not be compressed");
        }
    }

    private static void checkHost(@Nullable CharSequence host, HttpVersion version, @Nullable String authority) {
        if (host == null) {
            if (version.equals(HttpVersion.HTTP_1_0) && authority == null) {
                return;
            }
            throw refused(400, "the header Host must be given");
        }
        if (host.length() == 0) {
            throw refused(400, "the header Host must not be empty");
        }
        if (!HOST.containsAll(host, 0)) {
            throw refused(400, "the header Host must be a host and a port");
        }
        if (authority != null && !AsciiString.contentEqualsIgnoreCase(host, authority)) {
            throw refused(400, "the header Host must be that of the request target");
        }
    }

    private static Refusal refused(int status, String detail) {
        return new Refusal(Problem.of(status, detail).closing());
    }
}

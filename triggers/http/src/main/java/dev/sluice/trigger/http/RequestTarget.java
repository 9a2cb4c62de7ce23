package dev.sluice.trigger.http;

import org.jspecify.annotations.Nullable;

/**
 * A request's target, parsed once: routing and everything after it see this one path. Refused is what two
 * parsers could read in two ways.
 *
 * @param path begins with a slash; without percent-encoding, dot segments, empty segments
 * @param query what follows the question mark; empty when there is none
 * @param authority host and port of an absolute target; null for the usual form
 */
record RequestTarget(String path, String query, @Nullable String authority) {
    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";

    /** @throws Refusal with 400 and the rule that is broken */
    static RequestTarget parse(String uri) {
        var authority = (String) null;
        var start = 0;
        if (!uri.startsWith("/")) {
            start = afterScheme(uri);
            var slash = uri.indexOf('/', start);
            authority = slash < 0 ? uri.substring(start) : uri.substring(start, slash);
            if (slash < 0) {
                throw refused("the request target", "must have a path");
            }
            start = slash;
        }
        var question = uri.indexOf('?', start);
        var end = question < 0 ? uri.length() : question;
        check(uri, start, end);
        var query = question < 0 ? "" : uri.substring(question + 1);
        return new RequestTarget(start == 0 && question < 0 ? uri : uri.substring(start, end), query, authority);
    }

    private static int afterScheme(String uri) {
        if (uri.regionMatches(true, 0, HTTP, 0, HTTP.length())) {
            return HTTP.length();
        }
        if (uri.regionMatches(true, 0, HTTPS, 0, HTTPS.length())) {
            return HTTPS.length();
        }
        throw refused("the request target", "must begin with a slash");
    }

    /** One pass over the path's characters; segments begin after each slash. */
    private static void check(String uri, int start, int end) {
        var segment = start + 1;
        for (var i = start + 1; i <= end; i++) {
            var c = i == end ? '/' : uri.charAt(i);
            if (c == '/') {
                checkSegment(uri, segment, i, i == end);
                segment = i + 1;
            } else if (c == '%') {
                throw refused("the path", "must not contain percent-encoded characters");
            } else if (c <= ' ' || c >= 0x7f || c == '\\' || c == '#') {
                throw refused("the path", "must not contain white space, control characters, backslashes or #");
            }
        }
    }

    private static void checkSegment(String uri, int from, int to, boolean last) {
        if (from == to) {
            if (!last) {
                throw refused("the path", "must not contain empty segments");
            }
            return;
        }
        if (uri.charAt(from) != '.') {
            return;
        }
        var dots = from + 1 < to && uri.charAt(from + 1) == '.' ? 2 : 1;
        if (from + dots == to || uri.charAt(from + dots) == ';') {
            throw refused("the path", "must not contain the segments . and ..");
        }
    }

    private static Refusal refused(String what, String rule) {
        return new Refusal(Problem.of(400, what + ' ' + rule).closing());
    }
}

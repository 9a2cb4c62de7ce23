package dev.sluice.cloudevents;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * URIs and URI-references of RFC 3986, checked in one pass without an allocation. What passes, {@link URI} can parse;
 * the few references that RFC 3986 allows and {@link URI} cannot hold (an empty part after the scheme or after
 * {@code //}) are refused.
 */
final class UriText {
    private static final byte PATH = 1;
    private static final byte SCHEME = 2;
    private static final byte HEX = 4;
    private static final byte[] CLASSES = classes();

    private UriText() {}

    static boolean isReference(String text) {
        int scheme = schemeEnd(text);
        if (scheme < 0 && colonInFirstSegment(text)) {
            return false;
        }
        return isRest(text, scheme + 1);
    }

    /** Whether this is a URI with a scheme; a fragment is allowed, as schema addresses often have one. */
    static boolean isAbsolute(String text) {
        int scheme = schemeEnd(text);
        return scheme > 0 && isRest(text, scheme + 1);
    }

    private static byte[] classes() {
        byte[] classes = new byte[128];
        for (char c = 'a'; c <= 'z'; c++) {
            classes[c] = PATH | SCHEME;
            classes[c - 32] = PATH | SCHEME;
        }
        for (char c = '0'; c <= '9'; c++) {
            classes[c] = PATH | SCHEME | HEX;
        }
        for (char c = 'a'; c <= 'f'; c++) {
            classes[c] |= HEX;
            classes[c - 32] |= HEX;
        }
        for (char c : "-._~!$&'()*+,;=:@/".toCharArray()) {
            classes[c] |= PATH;
        }
        for (char c : "+-.".toCharArray()) {
            classes[c] |= SCHEME;
        }
        return classes;
    }

    private static boolean is(char c, byte kind) {
        return c < 128 && (CLASSES[c] & kind) != 0;
    }

    /** The index of the colon that ends a scheme; -1 when there is no scheme. */
    private static int schemeEnd(String text) {
        if (text.isEmpty() || !is(text.charAt(0), SCHEME) || !Character.isLetter(text.charAt(0))) {
            return -1;
        }
        int at = 1;
        while (at < text.length() && is(text.charAt(at), SCHEME)) {
            at++;
        }
        return at < text.length() && text.charAt(at) == ':' ? at : -1;
    }

    private static boolean colonInFirstSegment(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ':') {
                return true;
            }
            if (c == '/' || c == '?' || c == '#') {
                return false;
            }
        }
        return false;
    }

    private static boolean isRest(String text, int from) {
        int at = from;
        if (at == text.length() || (from > 0 && text.charAt(at) == '#')) {
            return false;
        }
        if (text.startsWith("//", at)) {
            int end = authorityEnd(text, at + 2);
            if (text.indexOf('[', at) >= 0 && text.indexOf('[', at) < end) {
                return isParsed(text);
            }
            if ((end == text.length() && end == at + 2) || !isAuthority(text, at + 2, end)) {
                return false;
            }
            at = end;
        }
        return isPath(text, at);
    }

    private static int authorityEnd(String text, int from) {
        int at = from;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '/' || c == '?' || c == '#') {
                break;
            }
        }
        return at;
    }

    /** At most one {@code @}; after it at most one colon, and only digits behind that. */
    private static boolean isAuthority(String text, int from, int end) {
        int host = text.lastIndexOf('@', end - 1) >= from ? text.lastIndexOf('@', end - 1) + 1 : from;
        if (host > from && text.lastIndexOf('@', host - 2) >= from) {
            return false;
        }
        int port = text.indexOf(':', host);
        for (int i = port < 0 || port >= end ? end : port + 1; i < end; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return isChars(text, from, end, false);
    }

    /** Path, query and fragment: one of each at most. */
    private static boolean isPath(String text, int from) {
        int fragment = text.indexOf('#', from);
        int end = fragment < 0 ? text.length() : fragment;
        int query = text.indexOf('?', from);
        int pathEnd = query < 0 || query > end ? end : query;
        return isChars(text, from, pathEnd, false)
                && (pathEnd == end || isChars(text, pathEnd + 1, end, true))
                && (fragment < 0 || isChars(text, fragment + 1, text.length(), true));
    }

    private static boolean isChars(String text, int from, int end, boolean questionMarks) {
        for (int i = from; i < end; i++) {
            char c = text.charAt(i);
            if (c == '%') {
                if (i + 2 >= end || !is(text.charAt(i + 1), HEX) || !is(text.charAt(i + 2), HEX)) {
                    return false;
                }
                i += 2;
            } else if (!is(c, PATH) && !(questionMarks && c == '?')) {
                return false;
            }
        }
        return true;
    }

    /** Addresses in brackets are rare and their grammar is long: the JDK decides. Non-ASCII stays refused. */
    private static boolean isParsed(String text) {
        try {
            return text.chars().allMatch(c -> c < 128)
                    && !new URI(text).toString().isEmpty();
        } catch (URISyntaxException notOne) {
            return false;
        }
    }
}

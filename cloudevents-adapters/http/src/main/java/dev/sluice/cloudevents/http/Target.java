package dev.sluice.cloudevents.http;

import dev.sluice.cloudevents.Escaped;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a request goes, checked.
 *
 * @param uri absolute, as the client is given it
 * @param secure whether it is HTTPS
 * @param shown for messages and logs: without path and query, either of which may hold a secret
 */
record Target(String uri, boolean secure, String shown) {
    private static final int SHOWN_CHARS = 200;
    private static final Pattern IPV4 = Pattern.compile(
            "((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])");

    /** @throws IllegalArgumentException that names the rule which the sink's URI breaks */
    static Target of(URI sink) {
        return of(sink, null);
    }

    /**
     * The same with one more parameter in its query.
     *
     * @param parameter {@code name=value}, encoded
     */
    static Target of(URI sink, @Nullable String parameter) {
        String shown = shown(sink);
        String scheme = sink.getScheme() == null ? "" : sink.getScheme().toLowerCase(Locale.ROOT);
        require(scheme.equals("http") || scheme.equals("https"), shown, "must be an http or https URI");
        require(sink.getRawUserInfo() == null && sink.getRawFragment() == null, shown, "must have no user or fragment");
        String host = sink.getHost();
        require(host != null && !host.isEmpty(), shown, "must name a host, or an address as four decimal numbers");
        checkHost(host, shown);
        int port = sink.getPort();
        require(port == -1 || (port > 0 && port <= 65_535), shown, "must have a port of 1 to 65535");
        String path = sink.getRawPath();
        StringBuilder uri = new StringBuilder(scheme).append("://").append(host);
        if (port != -1) {
            uri.append(':').append(port);
        }
        uri.append(path == null || path.isEmpty() ? "/" : path);
        String query = sink.getRawQuery();
        if (query != null || parameter != null) {
            uri.append('?').append(query == null ? "" : query);
            uri.append(query == null || parameter == null ? "" : "&");
            uri.append(parameter == null ? "" : parameter);
        }
        return new Target(ascii(uri), scheme.equals("https"), shown);
    }

    /** A number is an address, and is read as one thing here and as another there: 017, 0x7f, 2130706433, 127.1. */
    private static void checkHost(String host, String shown) {
        if (host.startsWith("[")) {
            require(host.indexOf('%') < 0, shown, "must not name an interface");
            return;
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        String last = name.substring(name.lastIndexOf('.') + 1);
        boolean numeric = last.isEmpty() || (last.charAt(0) >= '0' && last.charAt(0) <= '9');
        require(
                !numeric || IPV4.matcher(host).matches(),
                shown,
                "must have its address as four decimal numbers without leading zeros");
    }

    private static String ascii(StringBuilder uri) {
        return URI.create(uri.toString()).toASCIIString();
    }

    private static String shown(URI sink) {
        String authority = sink.getHost() == null ? "" : "//" + sink.getHost();
        String port = sink.getPort() < 0 ? "" : ":" + sink.getPort();
        return Escaped.of(sink.getScheme() + ":" + authority + port, SHOWN_CHARS);
    }

    private static void require(boolean holds, String shown, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("sink '" + shown + "' " + rule);
        }
    }
}

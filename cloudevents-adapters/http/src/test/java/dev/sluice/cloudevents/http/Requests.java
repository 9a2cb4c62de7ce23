package dev.sluice.cloudevents.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

/** Headers that tests begin with. */
final class Requests {
    static final byte[] NO_BODY = {};

    private Requests() {}

    /** Headers of these names and values in turn. */
    static HttpHeaders headers(String... namesAndValues) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    /** The smallest event in binary mode, and more headers. */
    static HttpHeaders event(String... namesAndValues) {
        return headers("ce-specversion", "1.0", "ce-id", "1", "ce-source", "/shop", "ce-type", "com.acme.order")
                .add(headers(namesAndValues));
    }
}

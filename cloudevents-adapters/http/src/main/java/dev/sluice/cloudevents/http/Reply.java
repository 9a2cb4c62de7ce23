package dev.sluice.cloudevents.http;

import io.netty.handler.codec.http.HttpHeaders;

/** The answer to one request. */
final class Reply {
    private final int status;
    private final HttpHeaders headers;
    private final byte[] body;
    private final boolean whole;

    /** @param whole whether the body came whole; else it was larger than the limit and is left out */
    Reply(int status, HttpHeaders headers, byte[] body, boolean whole) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.whole = whole;
    }

    int status() {
        return status;
    }

    HttpHeaders headers() {
        return headers;
    }

    /** Not to be changed; empty when it is not whole. */
    byte[] body() {
        return body;
    }

    boolean whole() {
        return whole;
    }
}

package dev.sluice.trigger.http;

import dev.sluice.cloudevents.WireEvent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.UUID;

/** Makes an event of a request that carries none: its body is the data, its Content-Type that of the data. */
final class PlainData {
    static final String TYPE = "dev.sluice.http.request";

    private PlainData() {}

    static WireEvent event(String source, HttpHeaders headers, byte[] body) {
        return WireEvent.builder()
                .id(UUID.randomUUID().toString())
                .source(source)
                .type(TYPE)
                .dataContentType(headers.get(HttpHeaderNames.CONTENT_TYPE))
                .data(body.length == 0 ? null : body)
                .build();
    }
}

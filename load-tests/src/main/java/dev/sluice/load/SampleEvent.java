package dev.sluice.load;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The event that all figures are measured with: every attribute set, two extensions, 1 KiB of JSON data. */
final class SampleEvent {
    /** The size of its data. */
    static final int DATA_BYTES = 1_024;

    private static final String DATA_START = "{\"order\":\"A-1001\",\"customer\":\"ada\",\"total\":104.22,\"note\":\"";
    private static final String DATA_END = "\"}";

    private SampleEvent() {}

    /** Its attributes but datacontenttype. */
    static Map<String, String> attributes() {
        var attributes = new LinkedHashMap<String, String>();
        attributes.put("specversion", "1.0");
        attributes.put("id", "A-1001-7f3c2e90");
        attributes.put("source", "/shop/berlin");
        attributes.put("type", "com.acme.order.placed");
        attributes.put("subject", "A-1001");
        attributes.put("time", "2026-03-02T09:11:17.123Z");
        attributes.put("dataschema", "https://acme.example/schemas/order.json");
        attributes.put("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        attributes.put("region", "eu-central");
        return attributes;
    }

    /** Its data. */
    static String data() {
        return DATA_START + "x".repeat(DATA_BYTES - DATA_START.length() - DATA_END.length()) + DATA_END;
    }

    /** Its data as a request's body. */
    static byte[] dataBytes() {
        return data().getBytes(StandardCharsets.UTF_8);
    }

    /** Its headers in binary mode. */
    static HttpHeaders headers() {
        var headers = new DefaultHttpHeaders();
        headers.add("Host", "localhost:8080");
        headers.add("Content-Type", "application/json");
        headers.add("Content-Length", DATA_BYTES);
        attributes().forEach((name, value) -> headers.add("ce-" + name, value));
        return headers;
    }

    /** The event in structured mode. */
    static String structured() {
        var json = new StringBuilder("{");
        attributes().forEach((name, value) -> json.append('"')
                .append(name)
                .append("\":\"")
                .append(value)
                .append("\","));
        return json.append("\"datacontenttype\":\"application/json\",\"data\":")
                .append(data())
                .append('}')
                .toString();
    }

    /** A binary request as the load generator reads it: header lines, an empty line, the body. */
    static String binaryRequest() {
        var request = new StringBuilder("content-type: application/json\n");
        attributes().forEach((name, value) -> request.append("ce-")
                .append(name)
                .append(": ")
                .append(value)
                .append('\n'));
        return request.append('\n').append(data()).toString();
    }

    /** A structured request as the load generator reads it. */
    static String structuredRequest() {
        return "content-type: application/cloudevents+json\n\n" + structured();
    }
}

package dev.sluice.cloudevents;

import java.nio.charset.StandardCharsets;

/** Events that tests begin with. */
final class Samples {
    static final JsonEventFormat JSON = new JsonEventFormat();

    private Samples() {}

    /** The smallest valid event. */
    static WireEvent.Builder minimal() {
        return WireEvent.builder().id("1").source("/shop").type("com.acme.order");
    }

    /** The smallest valid document, with more members in front of its closing brace. */
    static String document(String members) {
        return "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/shop\",\"type\":\"com.acme.order\"" + members + "}";
    }

    static WireEvent read(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return JSON.read(bytes, 0, bytes.length);
    }

    static String write(WireEvent event) {
        return new String(JSON.write(event), StandardCharsets.UTF_8);
    }

    /** The data as text; null without data. */
    static String dataOf(WireEvent event) {
        return event.getData() == null ? null : new String(event.getData().toBytes(), StandardCharsets.UTF_8);
    }
}

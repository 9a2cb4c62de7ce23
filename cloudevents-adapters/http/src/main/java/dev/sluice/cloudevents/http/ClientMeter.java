package dev.sluice.cloudevents.http;

import java.util.List;

/** The client's meters: names, units, tags and what they tell; code and documentation alike. */
enum ClientMeter {
    SENDS(
            "sluice.http.client.sends",
            "timer",
            "seconds",
            "outcome",
            "sends that ended, and the time from their subscription to their end"),
    IN_FLIGHT("sluice.http.client.in.flight", "gauge", "sends", "", "sends that wait for a connection or an answer"),
    CONNECTIONS("sluice.http.client.connections", "gauge", "connections", "", "open connections to sinks"),
    PENDING("sluice.http.client.pending", "gauge", "sends", "", "sends that wait for a connection");

    private final String meterName;
    private final String type;
    private final String unit;
    private final String tags;
    private final String description;

    /** @param tags names with a blank between them */
    ClientMeter(String meterName, String type, String unit, String tags, String description) {
        this.meterName = meterName;
        this.type = type;
        this.unit = unit;
        this.tags = tags;
        this.description = description;
    }

    HttpEventClient.MeterInfo info() {
        List<String> names = tags.isEmpty() ? List.of() : List.of(tags.split(" ", -1));
        return new HttpEventClient.MeterInfo(meterName, type, unit, names, description);
    }
}

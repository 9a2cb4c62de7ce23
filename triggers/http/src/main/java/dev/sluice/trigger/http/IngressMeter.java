package dev.sluice.trigger.http;

import java.util.List;

/** The ingress's meters: names, units, tags and what they tell; code and documentation alike. */
enum IngressMeter {
    REQUESTS(
            "sluice.http.requests",
            "timer",
            "seconds",
            "route status",
            "requests that were answered, and the time from their headers to their answer"),
    EVENTS("sluice.http.events", "counter", "events", "route", "events that came in and were valid"),
    REFUSED("sluice.http.refused", "counter", "requests", "reason", "requests that were answered with an error"),
    ABORTED("sluice.http.aborted", "counter", "requests", "route", "requests whose client left before the answer"),
    IN_FLIGHT("sluice.http.in.flight", "gauge", "requests", "", "publishes and calls that wait for their answer"),
    BYTES_IN_FLIGHT("sluice.http.in.flight.bytes", "gauge", "bytes", "", "bodies of the requests in flight"),
    TAILS("sluice.http.tails", "gauge", "subscribers", "", "live tails that are open");

    private final String meterName;
    private final String type;
    private final String unit;
    private final String tags;
    private final String description;

    /** @param tags names with a blank between them */
    IngressMeter(String meterName, String type, String unit, String tags, String description) {
        this.meterName = meterName;
        this.type = type;
        this.unit = unit;
        this.tags = tags;
        this.description = description;
    }

    HttpIngress.MeterInfo info() {
        var names = tags.isEmpty() ? List.<String>of() : List.of(tags.split(" ", -1));
        return new HttpIngress.MeterInfo(meterName, type, unit, names, description);
    }
}

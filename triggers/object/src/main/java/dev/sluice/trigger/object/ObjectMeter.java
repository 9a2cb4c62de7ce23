package dev.sluice.trigger.object;

import java.util.List;

/** The meters of object triggers: names, units, tags and what they tell; code and documentation alike. */
enum ObjectMeter {
    STORED("sluice.object.stored", "counter", "events", "trigger", "events of objects that were stored on their topic"),
    SKIPPED(
            "sluice.object.skipped",
            "counter",
            "objects",
            "trigger outcome",
            "objects that were seen and had no event, each time again, by the reason"),
    WAITING("sluice.object.waiting", "gauge", "objects", "trigger", "objects that are watched until they rest"),
    KNOWN(
            "sluice.object.known",
            "gauge",
            "objects",
            "trigger",
            "objects whose event is stored and that are kept in mind"),
    SCANNED("sluice.object.scanned", "gauge", "objects", "trigger", "objects that the last pass saw"),
    TROUBLED(
            "sluice.object.troubled",
            "gauge",
            "triggers",
            "trigger",
            "1 while something keeps objects from having their events"),
    PASSES("sluice.object.passes", "timer", "seconds", "trigger", "number and duration of passes over all objects");

    private final String meterName;
    private final String type;
    private final String unit;
    private final String tags;
    private final String description;

    /** @param tags names with a blank between them */
    ObjectMeter(String meterName, String type, String unit, String tags, String description) {
        this.meterName = meterName;
        this.type = type;
        this.unit = unit;
        this.tags = tags;
        this.description = description;
    }

    ObjectReading.MeterInfo info() {
        return new ObjectReading.MeterInfo(meterName, type, unit, List.of(tags.split(" ", -1)), description);
    }
}

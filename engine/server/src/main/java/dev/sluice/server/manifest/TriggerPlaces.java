package dev.sluice.server.manifest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where those keys of a trigger are written that only some functions have a use for. Which ones these are is known once
 * the functions' code is, which is when the file has long been read.
 */
final class TriggerPlaces {
    private static final List<String> KEYS = List.of("function", "http", "rate", "concurrency", "dedupe", "share");
    private static final List<String> DELIVERY_KEYS = List.of("timeout", "max-age");

    private TriggerPlaces() {}

    /** By the key's path, in the order of the lists above. */
    static Map<String, Place> of(Section spec) {
        var places = new LinkedHashMap<String, Place>();
        for (var key : KEYS) {
            if (spec.has(key)) {
                places.put(spec.path(key), spec.place(key));
            }
        }
        if (spec.value("delivery") instanceof Value.Fields delivery) {
            for (var field : delivery.fields()) {
                if (DELIVERY_KEYS.contains(field.key())) {
                    places.put(
                            spec.path("delivery") + "." + field.key(),
                            field.value().place());
                }
            }
        }
        return places;
    }
}

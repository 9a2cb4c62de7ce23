package dev.sluice.load.soak;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a soak publishes: the key and, counted per key from 0, the number of the event. Both make its id.
 *
 * @param key from 0
 * @param seq from 0
 */
record SoakEvent(int key, int seq) {
    private static final Pattern ID = Pattern.compile("k(\\d{1,6})-(\\d{1,9})");

    /** The event with this id; empty when no soak event has it. */
    static Optional<SoakEvent> of(String id) {
        var matcher = ID.matcher(id);
        return matcher.matches()
                ? Optional.of(new SoakEvent(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    String id() {
        return "k" + key + "-" + seq;
    }
}

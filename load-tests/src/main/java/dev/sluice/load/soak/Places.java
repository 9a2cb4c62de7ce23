package dev.sluice.load.soak;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where events are stored, as far as their acknowledgements told: eight bytes each. */
final class Places {
    private static final int OFFSET_BITS = 48;
    private static final long UNKNOWN = -1;

    private final Map<Integer, long[]> byKey = new HashMap<>();

    /** A partition and an offset in it. */
    record Place(int partition, long offset) {}

    void stored(Publication publication) {
        if (publication.partition() < 0) {
            return;
        }
        var event = publication.event();
        var places = byKey.computeIfAbsent(event.key(), key -> unknown(16));
        if (event.seq() >= places.length) {
            var more = unknown(Math.max(event.seq() + 1, places.length * 2));
            System.arraycopy(places, 0, more, 0, places.length);
            places = more;
            byKey.put(event.key(), places);
        }
        places[event.seq()] = (long) publication.partition() << OFFSET_BITS | publication.offset();
    }

    private static long[] unknown(int length) {
        var places = new long[length];
        Arrays.fill(places, UNKNOWN);
        return places;
    }

    @Nullable
    Place of(SoakEvent event) {
        var places = byKey.get(event.key());
        if (places == null || event.seq() >= places.length || places[event.seq()] == UNKNOWN) {
            return null;
        }
        var place = places[event.seq()];
        return new Place((int) (place >>> OFFSET_BITS), place & (1L << OFFSET_BITS) - 1);
    }
}

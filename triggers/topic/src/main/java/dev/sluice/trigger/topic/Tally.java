package dev.sluice.trigger.topic;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many records came, and how many of them each trigger got, and each room: the triggers that have one demand. Written
 * by the source's signals, which come one after another, and read by anyone. A record is counted for its triggers before
 * it is counted at all, and read the other way round: so what was skipped is never read too high.
 */
final class Tally {
    private final AtomicLong came = new AtomicLong();
    private final AtomicLongArray got;
    private final int[] rooms;
    private final AtomicLongArray taken;
    /** The last record that each room took, by its number among those that came; of the source's signals. */
    private final long[] lastTaken;

    /**
     * @param rooms the number of each trigger's room
     * @param count how many rooms there are
     */
    Tally(int[] rooms, int count) {
        this.got = new AtomicLongArray(rooms.length);
        this.rooms = rooms;
        this.taken = new AtomicLongArray(count);
        this.lastTaken = new long[count];
        Arrays.fill(lastTaken, -1);
    }

    int rooms() {
        return lastTaken.length;
    }

    int room(int trigger) {
        return rooms[trigger];
    }

    /**
     * Counts a record for its triggers.
     *
     * @param first is set where a trigger is the first one of its room
     * @return how many rooms it takes
     */
    int count(int[] triggers, boolean[] first) {
        var number = came.getPlain();
        var took = 0;
        for (var i = 0; i < triggers.length; i++) {
            var trigger = triggers[i];
            got.setRelease(trigger, got.getPlain(trigger) + 1);
            var room = rooms[trigger];
            first[i] = lastTaken[room] != number;
            if (first[i]) {
                lastTaken[room] = number;
                taken.setRelease(room, taken.getPlain(room) + 1);
                took++;
            }
        }
        came.setRelease(number + 1);
        return took;
    }

    long came() {
        return came.getAcquire();
    }

    /** Records that came and that the trigger did not get. */
    long skipped(int trigger) {
        var all = came.getAcquire();
        return all - got.getAcquire(trigger);
    }

    /** Records that came and that no trigger of the room got. */
    long passedBy(int room) {
        var all = came.getAcquire();
        return all - taken.getAcquire(room);
    }
}

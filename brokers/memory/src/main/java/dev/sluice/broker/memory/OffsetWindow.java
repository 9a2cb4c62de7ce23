package dev.sluice.broker.memory;

/**
 * How far a group is in a partition. Offsets below {@link #position} are done; from {@link #next} on none was lent yet;
 * those between are lent, given back, or done ahead of an open one. Each is one byte in a ring.
 *
 * <p>Invariants: {@code position <= next}; the offset at {@code position}, if below {@code next}, is not done;
 * {@link #lent} counts those that are lent. Not safe for several threads; the topic's lock guards it.
 */
final class OffsetWindow {
    private static final byte LENT = 1;
    private static final byte GIVEN_BACK = 2;
    private static final byte DONE = 3;
    private static final int RING_MIN = 64;
    /** A ring longer than this is let go when all is done. */
    private static final int RING_KEPT = 1_024;

    private byte[] ring = new byte[RING_MIN];
    private long position;
    private long next;
    private int lent;
    private int givenBack;
    /** No offset below it is given back. */
    private long givenBackFrom;

    OffsetWindow(long position) {
        this.position = position;
        this.next = position;
        this.givenBackFrom = position;
    }

    /** The lowest offset that is not done. */
    long position() {
        return position;
    }

    /** The lowest offset from which on none was lent; lower ones may have been given back. */
    long next() {
        return next;
    }

    int lent() {
        return lent;
    }

    /** Lends the lowest offset below the end that is neither done nor lent; -1 when there is none. */
    long lend(long end) {
        if (givenBack > 0) {
            return lendAgain();
        }
        if (next >= end) {
            return -1;
        }
        if (next - position == ring.length) {
            resize(ring.length * 2);
        }
        ring[slot(next)] = LENT;
        lent++;
        return next++;
    }

    private long lendAgain() {
        var offset = Math.max(givenBackFrom, position);
        while (ring[slot(offset)] != GIVEN_BACK) {
            offset++;
        }
        ring[slot(offset)] = LENT;
        givenBack--;
        givenBackFrom = offset + 1;
        lent++;
        return offset;
    }

    /** Settles a lent offset as done; true when the position moved. */
    boolean done(long offset) {
        requireLent(offset);
        ring[slot(offset)] = DONE;
        lent--;
        if (offset != position) {
            return false;
        }
        do {
            position++;
        } while (position < next && ring[slot(position)] == DONE);
        if (position == next && ring.length > RING_KEPT) {
            ring = new byte[RING_MIN];
        }
        return true;
    }

    /** Settles a lent offset as not done: it will be lent again. */
    void giveBack(long offset) {
        requireLent(offset);
        ring[slot(offset)] = GIVEN_BACK;
        lent--;
        givenBack++;
        givenBackFrom = Math.min(givenBackFrom, offset);
    }

    /** Gives back all that is lent. */
    int giveBackAll() {
        var count = lent;
        for (var offset = position; lent > 0; offset++) {
            if (ring[slot(offset)] == LENT) {
                giveBack(offset);
            }
        }
        return count;
    }

    private void requireLent(long offset) {
        if (offset < position || offset >= next || ring[slot(offset)] != LENT) {
            throw new IllegalArgumentException("offset " + offset + " is not lent");
        }
    }

    private void resize(int length) {
        var resized = new byte[length];
        for (var offset = position; offset < next; offset++) {
            resized[(int) (offset & (length - 1))] = ring[slot(offset)];
        }
        ring = resized;
    }

    private int slot(long offset) {
        return (int) (offset & (ring.length - 1));
    }
}

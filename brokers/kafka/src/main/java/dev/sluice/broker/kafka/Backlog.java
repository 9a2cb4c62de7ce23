package dev.sluice.broker.kafka;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How much a member holds that was fetched and not delivered, over all partitions. From any thread. */
final class Backlog {
    private final int recordsMax;
    private final long bytesMax;
    private final AtomicInteger records = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean roomWanted;

    /** Full from so many records or bytes on; one poll more may come. */
    Backlog(int recordsMax, long bytesMax) {
        this.recordsMax = recordsMax;
        this.bytesMax = bytesMax;
    }

    void added(int count, long ofBytes) {
        if (count > 0) {
            records.addAndGet(count);
            bytes.addAndGet(ofBytes);
        }
    }

    void removed(int count, long ofBytes) {
        if (count > 0) {
            records.addAndGet(-count);
            bytes.addAndGet(-ofBytes);
        }
    }

    boolean hasRoom() {
        return records.get() < recordsMax && bytes.get() < bytesMax;
    }

    /** Says whether the poll thread waits for room, so that whoever makes some has to wake it. */
    void roomWanted(boolean wanted) {
        roomWanted = wanted;
    }

    /** Whether there is room that is waited for. */
    boolean madeRoom() {
        return roomWanted && hasRoom();
    }

    int records() {
        return records.get();
    }

    long bytes() {
        return bytes.get();
    }
}

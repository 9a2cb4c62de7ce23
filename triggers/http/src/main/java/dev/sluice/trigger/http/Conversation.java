package dev.sluice.trigger.http;

import java.util.ArrayDeque;

/** Where one connection stands between requests and answers. Belongs to the connection's event loop. */
final class Conversation {
    /** Of the requests without an answer, oldest first: whether it was a HEAD. As many as one read can hold. */
    private final ArrayDeque<Boolean> unanswered = new ArrayDeque<>(2);

    private boolean reading;
    private boolean answering;
    private long readingSince;
    private long lastRead;
    private long quietSince;

    Conversation(long nowNanos) {
        this.lastRead = nowNanos;
        this.quietSince = nowNanos;
    }

    /** Bytes of a request have come: its first ones, unless it has begun. */
    void bytesCame(long nowNanos) {
        lastRead = nowNanos;
        if (!reading) {
            reading = true;
            readingSince = nowNanos;
        }
    }

    void requestBegan(boolean head) {
        unanswered.add(head);
    }

    /** The request's last byte has been read. */
    void requestEnded(long nowNanos) {
        reading = false;
        quietSince = nowNanos;
    }

    /** The head of an answer goes out; true when it belongs to a HEAD. */
    boolean answerBegan() {
        answering = true;
        var head = unanswered.poll();
        return head != null && head;
    }

    void answerEnded(long nowNanos) {
        answering = false;
        quietSince = nowNanos;
    }

    /** Whether an answer could be written now for the request that is being read, without being taken for another's. */
    boolean mayAnswerWhatIsRead(boolean headRead) {
        return !answering && unanswered.size() == (headRead ? 1 : 0);
    }

    /** Whether the connection has waited too long for its client. */
    boolean overdue(long nowNanos, HttpLimits limits) {
        return left(nowNanos, limits) <= 0;
    }

    /** Nanoseconds until the client has to have done something; a whole idle time-out while it is our turn. */
    long left(long nowNanos, HttpLimits limits) {
        if (reading) {
            var gap = limits.readTimeout().toNanos() - (nowNanos - lastRead);
            var whole = limits.requestTimeout().toNanos() - (nowNanos - readingSince);
            return Math.min(gap, whole);
        }
        if (answering || !unanswered.isEmpty()) {
            return limits.idleTimeout().toNanos();
        }
        return limits.idleTimeout().toNanos() - (nowNanos - quietSince);
    }

    boolean isReading() {
        return reading;
    }
}

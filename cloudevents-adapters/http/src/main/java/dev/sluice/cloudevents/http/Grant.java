package dev.sluice.cloudevents.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a receiver of webhooks has agreed, to how many, and when the next one may go. Pure: time is an argument, in
 * nanoseconds since some start, and never goes back. For one thread.
 *
 * <pre>
 *              ask                agreed                    410
 *   UNASKED ─────────► (answer) ─────────► GRANTED ──────────────────► STOPPED
 *      ▲                  │                  │  ▲                         ▲ 410
 *      │                  │ no word          │  │ callback                │
 *      │                  ▼                  │  │                         │
 *      │          REFUSED or CALLBACK ───────┼──┘ (a callback grants in any state but STOPPED)
 *      └──── after a while ◄─────────────────┘ after the grant's time: asked again
 * </pre>
 */
final class Grant {
    private final Terms terms;
    private State state = State.UNASKED;
    private long untilNanos;
    private long closedUntilNanos = Long.MIN_VALUE / 2;
    private Pace pace = new Pace(Pace.ANY);
    private int grantedRate = -1;

    Grant(Terms terms) {
        this.terms = terms;
    }

    /**
     * What does not change.
     *
     * @param origin the sender's name
     * @param rate deliveries a minute that are asked for; {@link Pace#ANY} when none is named
     * @param callback whether the receiver may agree later, by a callback
     * @param grantNanos how long an agreement is taken to hold
     * @param refusalNanos how long no word, or a refusal, is taken to hold
     * @param patienceNanos how long a delivery waits for its turn at most
     */
    record Terms(String origin, int rate, boolean callback, long grantNanos, long refusalNanos, long patienceNanos) {}

    enum State {
        UNASKED,
        GRANTED,
        CALLBACK,
        REFUSED,
        STOPPED
    }

    /** What a delivery is to do. */
    enum Move {
        /** Ask the receiver first. */
        ASK,
        /** Go, once the wait is over. */
        SEND,
        /** Give up: its turn comes too late, after the wait. */
        TOO_LATE,
        /** Give up: the receiver does not agree, or not yet. */
        DENIED,
        /** Give up for ever: the receiver is gone. */
        GONE
    }

    /** @param waitNanos from now; 0 where there is none */
    record Step(Move move, long waitNanos) {}

    State state() {
        return state;
    }

    /** {@link #next(long, boolean)} for a delivery that may wait. */
    Step next(long now) {
        return next(now, true);
    }

    /**
     * What one delivery is to do now. With {@link Move#SEND} its turn is taken.
     *
     * @param mayWait whether its turn may be later than now
     */
    Step next(long now, boolean mayWait) {
        if (state == State.STOPPED) {
            return new Step(Move.GONE, 0);
        }
        if (state == State.UNASKED || now >= untilNanos) {
            // A question is a request as well.
            return now < closedUntilNanos ? new Step(Move.TOO_LATE, closedUntilNanos - now) : new Step(Move.ASK, 0);
        }
        if (state != State.GRANTED) {
            return new Step(Move.DENIED, untilNanos - now);
        }
        long at = Math.max(now, Math.max(closedUntilNanos, pace.nextAt()));
        if (at - now > (mayWait ? terms.patienceNanos() : 0)) {
            return new Step(Move.TOO_LATE, at - now);
        }
        pace.take(at);
        return new Step(Move.SEND, at - now);
    }

    /** Whether a delivery that has waited for its turn may still go: {@link Move#SEND}, or else what keeps it. */
    Step waited(long now) {
        if (state == State.STOPPED) {
            return new Step(Move.GONE, 0);
        }
        return now < closedUntilNanos ? new Step(Move.TOO_LATE, closedUntilNanos - now) : new Step(Move.SEND, 0);
    }

    /**
     * The receiver has answered the question. Its consent is the headers and nothing else, whatever the status.
     *
     * @param allowedOrigin WebHook-Allowed-Origin
     * @param allowedRate WebHook-Allowed-Rate, which has to be there when a rate was asked for
     */
    void answered(long now, @Nullable String allowedOrigin, @Nullable String allowedRate) {
        if (state == State.STOPPED) {
            return;
        }
        boolean agreed = allowedOrigin != null
                && (allowedOrigin.strip().equals("*") || same(allowedOrigin.strip(), terms.origin()));
        int rate = allowedRate == null ? (terms.rate() == Pace.ANY ? Pace.ANY : -1) : rateOf(allowedRate);
        if (agreed && rate >= 0) {
            granted(now, rate);
        } else if (state != State.GRANTED || now >= untilNanos) {
            state = terms.callback() ? State.CALLBACK : State.REFUSED;
            untilNanos = now + terms.refusalNanos();
        }
    }

    /**
     * The receiver has called back, and so agreed.
     *
     * @param allowedRate WebHook-Allowed-Rate; the rate that was asked for if absent
     * @throws IllegalArgumentException when it is no rate
     */
    void calledBack(long now, @Nullable String allowedRate) {
        int rate = allowedRate == null ? terms.rate() : rateOf(allowedRate);
        if (rate < 0) {
            throw new IllegalArgumentException("WebHook-Allowed-Rate must be a number above 0 or *");
        }
        if (state != State.STOPPED) {
            granted(now, rate);
        }
    }

    /** The receiver wants nothing for a while: 429. */
    void busy(long now, long waitNanos) {
        closedUntilNanos = Math.max(closedUntilNanos, now + waitNanos);
    }

    /** The receiver is retired: 410. */
    void gone() {
        state = State.STOPPED;
    }

    /** The same rate goes on where it was: a grant that is renewed must not earn a burst. */
    private void granted(long now, int rate) {
        if (rate != grantedRate) {
            pace = new Pace(rate);
            grantedRate = rate;
        }
        state = State.GRANTED;
        untilNanos = now + terms.grantNanos();
    }

    private static boolean same(String one, String other) {
        return one.toLowerCase(Locale.ROOT).equals(other.toLowerCase(Locale.ROOT));
    }

    /** -1 when it is no rate. */
    private static int rateOf(String header) {
        String text = header.strip();
        if (text.equals("*")) {
            return Pace.ANY;
        }
        if (text.isEmpty() || text.length() > 9 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int rate = Integer.parseInt(text);
        return rate == 0 ? -1 : rate;
    }
}

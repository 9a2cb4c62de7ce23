package dev.sluice.load.soak;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.HdrHistogram.Histogram;

/**
 * Some seconds of load at one rate: what became of each request, by its number. Requests are written by any threads;
 * what is told of all of them is right once they are answered.
 */
final class OverloadPhase {
    /** It could not be sent, as too many had no answer. */
    static final int UNSENT = -1;
    /** It has no answer: the connection broke, or it took too long. */
    static final int UNANSWERED = -2;

    private static final int DIGITS = 3;

    private final int number;
    private final int perSecond;
    private final int seconds;
    private final AtomicIntegerArray answers;
    private final AtomicIntegerArray micros;
    private final AtomicInteger mute = new AtomicInteger();
    private final Histogram late = new Histogram(DIGITS);

    /**
     * A phase that has not begun.
     *
     * @param number distinguishes its events from those of other phases
     */
    OverloadPhase(int number, int perSecond, int seconds) {
        this.number = number;
        this.perSecond = perSecond;
        this.seconds = seconds;
        this.answers = new AtomicIntegerArray(perSecond * seconds);
        this.micros = new AtomicIntegerArray(perSecond * seconds);
    }

    int size() {
        return answers.length();
    }

    /** When it is to be sent, from the phase's beginning on. */
    long dueNanos(int request) {
        return request * 1_000_000_000L / perSecond;
    }

    SoakEvent event(int request) {
        return new SoakEvent(number, request);
    }

    boolean isOf(SoakEvent event) {
        return event.key() == number && event.seq() < size();
    }

    /**
     * Keeps an answer.
     *
     * @param status of HTTP, {@link #UNSENT} or {@link #UNANSWERED}
     * @param retryAfter whether it said when to try again
     * @param nanos since it was due
     */
    void answered(int request, int status, boolean retryAfter, long nanos) {
        if (isRefusal(status) && !retryAfter) {
            mute.incrementAndGet();
        }
        micros.set(request, (int) Math.min(Integer.MAX_VALUE, nanos / 1_000));
        answers.set(request, status);
    }

    /** Keeps how late a request was sent. By one thread. */
    void sent(long lateNanos) {
        late.recordValue(Math.max(0, lateNanos / 1_000));
    }

    /** How late 99 % of what was sent was sent, in milliseconds. */
    double sentLateMillis() {
        return late.getValueAtPercentile(99) / 1e3;
    }

    private static boolean isRefusal(int status) {
        return status == 429 || status == 503;
    }

    private static boolean isAccepted(int status) {
        return status >= 200 && status < 300;
    }

    boolean isAccepted(SoakEvent event) {
        return isAccepted(answers.get(event.seq()));
    }

    /** Whether it was answered, and not taken. */
    boolean isRefused(SoakEvent event) {
        return isRefusal(answers.get(event.seq()));
    }

    int count(int status) {
        var count = 0;
        for (var request = 0; request < size(); request++) {
            count += answers.get(request) == status ? 1 : 0;
        }
        return count;
    }

    int accepted() {
        var count = 0;
        for (var request = 0; request < size(); request++) {
            count += isAccepted(answers.get(request)) ? 1 : 0;
        }
        return count;
    }

    /** Requests that were sent, and neither taken nor refused. */
    int odd() {
        return size() - accepted() - count(429) - count(503) - count(UNSENT);
    }

    /** Refusals that did not say when to try again. */
    int mute() {
        return mute.get();
    }

    /** How long so many of the accepted ones took at most, from when they were due, in milliseconds; 0 without any. */
    double acceptedWithinMillis(double percent) {
        return within(0, size(), percent);
    }

    private double within(int from, int to, double percent) {
        var histogram = new Histogram(DIGITS);
        for (var request = from; request < to; request++) {
            if (isAccepted(answers.get(request))) {
                histogram.recordValue(micros.get(request));
            }
        }
        return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(percent) / 1e3;
    }

    /**
     * The end of the first second whose requests were all accepted, and 99 % of them in time; -1 when there is none.
     *
     * @param millisMax what is in time
     */
    int calmAfterSeconds(double millisMax) {
        for (var second = 0; second < seconds; second++) {
            var from = second * perSecond;
            var to = from + perSecond;
            var all = true;
            for (var request = from; request < to; request++) {
                all &= isAccepted(answers.get(request));
            }
            if (all && within(from, to, 99) <= millisMax) {
                return second + 1;
            }
        }
        return -1;
    }
}

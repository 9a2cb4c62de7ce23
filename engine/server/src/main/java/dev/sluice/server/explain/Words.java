package dev.sluice.server.explain;

import dev.sluice.cloudevents.Escaped;
import dev.sluice.engine.journal.JournalEntry;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Parts of sentences. */
final class Words {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
    private static final int ID_MAX = 128;
    private static final int TEXT_MAX = 1_024;
    private static final long SECOND_MILLIS = 1_000;
    private static final long MINUTE_MILLIS = 60_000;

    private Words() {}

    /** An id or a key, on one line. */
    static String id(String id) {
        return Escaped.of(id, ID_MAX);
    }

    /** A text that came from elsewhere, on one line; its quotes stay as they are. */
    static String text(String text) {
        return Escaped.of(text, TEXT_MAX).replace("\\\"", "\"").replace("\\\\", "\\");
    }

    /** A length of time as a person would say it. */
    static String span(long nanos) {
        var millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        if (millis < SECOND_MILLIS) {
            return nanos < TimeUnit.MILLISECONDS.toNanos(10)
                    ? String.format(Locale.ROOT, "%.1f ms", nanos / 1e6)
                    : millis + " ms";
        }
        return millis < 2 * MINUTE_MILLIS
                ? String.format(Locale.ROOT, "%.1f s", millis / 1e3)
                : millis / MINUTE_MILLIS + " min";
    }

    static String spanOfMillis(long millis) {
        return span(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    static String time(long atMillis) {
        return TIME.format(Instant.ofEpochMilli(atMillis).atZone(ZoneId.systemDefault()));
    }

    static String tries(int tries) {
        return tries == 1 ? "1 try" : tries + " tries";
    }

    static String afterTries(int tries) {
        return tries == 0 ? "without a try" : "after " + tries(tries);
    }

    /** Where it stood: {@code orders, partition 3, offset 17}. */
    static String place(JournalEntry entry) {
        return entry.topic() == null
                ? "a call"
                : entry.topic() + ", partition " + entry.partition() + ", offset " + entry.offset();
    }

    /** What happened, as a line of its own. */
    static String of(JournalEntry entry) {
        var text = text(entry.text());
        var other = id(entry.other());
        return switch (entry.stage()) {
            case STORED -> "stored on " + entry.topic();
            case RECEIVED -> "received: " + place(entry) + (text.isEmpty() ? "" : ", key '" + text + "'");
            case FILTERED, FILTER_ERROR -> "not wanted by the filter: " + text;
            case DEDUPLICATED -> "not run: an event like it was done before" + (text.isEmpty() ? "" : ", of " + text);
            case LOOPED -> "not run: it is the dead letter of a loop, and came to a trigger again";
            case BLOCKED -> "waits behind " + other + (text.isEmpty() ? "" : " of " + text);
            case BEHIND_LIKE -> "waits until " + other + " is done, which is like it, of " + text;
            case HANDED -> "handed to the stream on instance " + entry.instance();
            case TAKEN ->
                "accepted by the stream on instance " + entry.instance() + ", " + span(entry.nanos())
                        + " after it got it";
            case HANDED_BACK ->
                "handed back by the stream on instance " + entry.instance() + ", which gets it again in "
                        + span(entry.nanos());
            case ENDED -> "try " + entry.attempt() + run(entry) + " ended well" + waited(entry);
            case FAILED -> "try " + entry.attempt() + run(entry) + " failed: " + text;
            case TIMED_OUT -> "try " + entry.attempt() + run(entry) + " ran past its deadline: " + text;
            case TAKEN_BACK -> "try " + entry.attempt() + " is taken back and does not count: " + text;
            case RETRY -> "waits " + span(entry.nanos()) + " for try " + (entry.attempt() + 1);
            case ANSWERED ->
                "answer " + other + (entry.topic() == null ? " given to its caller" : " stored") + ", of type " + text;
            case GIVEN_UP -> "given up " + afterTries(entry.attempt()) + ": " + text;
            case DEAD_LETTERED -> "dead letter stored on " + text;
            case PARKED -> "parked, its dead letter can't be stored: " + text;
            case DROPPED -> "dropped, its dead letter can't be stored: " + text;
            case ACCEPTED -> entry.topic() == null ? "answered to its caller" : "taken off " + entry.topic();
            case ACCEPT_FAILED -> "could not be taken off, is asked again: " + text;
            case RELEASED ->
                (entry.topic() == null ? "not run, its caller was told to come back: " : "given back: ") + text;
            case CALLER_GONE -> "its caller went away, and its run is cancelled";
            case REFUSED -> "not run: " + text;
        };
    }

    private static String run(JournalEntry entry) {
        if (entry.instance() == 0) {
            return "";
        }
        var together = entry.events() > 1 ? " together with " + (entry.events() - 1) + " more," : "";
        return " on instance " + entry.instance() + ", " + span(entry.nanos()) + "," + together;
    }

    private static String waited(JournalEntry entry) {
        return entry.waitNanos() < TimeUnit.MILLISECONDS.toNanos(1)
                ? ""
                : ", after " + span(entry.waitNanos()) + " for its turn";
    }

    /** As {@link #of}, with its time. */
    static String line(JournalEntry entry) {
        return time(entry.atMillis()) + "  " + of(entry);
    }
}

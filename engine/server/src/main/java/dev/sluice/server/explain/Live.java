package dev.sluice.server.explain;

import dev.sluice.engine.OpenEvent;
import dev.sluice.server.explain.Explanation.Outcome;

/** An event that a trigger has open, in words. */
final class Live {
    private Live() {}

    static Outcome outcome(OpenEvent open) {
        return switch (open.state()) {
            case RUNNING, ZOMBIE, ANSWERING, HANDED, TAKEN, ACCEPTING, DEAD_LETTERING -> Outcome.RUNNING;
            case PARKED -> Outcome.PARKED;
            default -> Outcome.WAITING;
        };
    }

    /** What follows the event's name in a sentence. */
    static String clause(OpenEvent open) {
        var trigger = open.trigger();
        return switch (open.state()) {
            case RUNNING ->
                "is running at " + trigger + ": try " + open.tries() + " on instance " + open.instance() + " since "
                        + Words.spanOfMillis(open.forMillis());
            case ZOMBIE ->
                "is past its deadline at " + trigger + ": try " + open.tries() + " on instance "
                        + open.instance() + " began " + Words.spanOfMillis(open.forMillis())
                        + " ago and does not heed its cancel; its slot waits for it, and its key if it has one, one more"
                        + " deadline at most";
            case ANSWERING ->
                "has run at " + trigger + ": its answers are being stored, try " + open.tries() + " began "
                        + Words.spanOfMillis(open.forMillis()) + " ago";
            case ACCEPTING -> "is settled at " + trigger + ": it is being taken off its source" + detail(open);
            case DEAD_LETTERING -> "is given up by " + trigger + ": its dead letter is being stored" + because(open);
            case PARKED ->
                "was not delivered to " + trigger
                        + ": it is parked, since its dead letter can't be stored; that is tried again" + due(open)
                        + because(open);
            case READY ->
                "waits for its turn at " + trigger
                        + (open.forMillis() < 0 ? "" : " since " + Words.spanOfMillis(open.forMillis())) + ": "
                        + Words.text(open.detail());
            case GATHERING -> "waits at " + trigger + " for more events of its batch or window";
            case BACK_OFF, RETRY_BUDGET -> "waits for its next try at " + trigger + ": " + failing(open);
            case BEHIND_KEY -> "waits at " + trigger + ": " + behind(open);
            case BEHIND_LIKE ->
                "waits at " + trigger + " until an event like it is done, of " + Words.text(open.detail())
                        + (open.head() == null ? "" : ": " + doing(open.head()));
            case IN_LINE -> "waits for its stream at " + trigger + ": " + inLine(open) + detail(open);
            case HANDED ->
                "is in the hands of the stream of " + trigger + " on instance " + open.instance() + " since "
                        + Words.spanOfMillis(open.forMillis()) + ", which has not settled it yet";
            case TAKEN ->
                "was settled by the stream of " + trigger + " on instance " + open.instance()
                        + ": what that emitted before is being stored";
            case HANDED_BACK -> "was handed back by the stream of " + trigger + ", which gets it again" + due(open);
        };
    }

    private static String inLine(OpenEvent open) {
        return open.ahead() == 0
                ? "it is the next in its line"
                : open.ahead() + (open.ahead() == 1 ? " event is" : " events are") + " before it in its line";
    }

    private static String behind(OpenEvent open) {
        var head = open.head();
        var held = Words.text(open.line()) + " is held by ";
        var others = open.ahead() > 1 ? ", and " + (open.ahead() - 1) + " more are before it" : "";
        return held + (head == null ? "an event before it" : doing(head)) + others;
    }

    private static String doing(OpenEvent head) {
        return Words.id(head.event()) + ", which "
                + switch (head.state()) {
                    case BACK_OFF, RETRY_BUDGET -> failing(head);
                    case RUNNING -> "runs since " + Words.spanOfMillis(head.forMillis()) + ", try " + head.tries();
                    default -> clause(head);
                };
    }

    private static String detail(OpenEvent open) {
        return open.detail().isEmpty() ? "" : "; " + Words.text(open.detail());
    }

    private static String failing(OpenEvent open) {
        var failed = "failed " + (open.tries() == 1 ? "once" : open.tries() + " times");
        var error = open.error().isEmpty() ? "" : " (" + Words.text(open.error()) + ")";
        var again = open.state() == OpenEvent.State.RETRY_BUDGET
                ? " and is due, but fresh events go first: the retry budget is used up"
                : " and is tried again" + due(open) + ", try " + (open.tries() + 1) + " of " + (open.retries() + 1);
        return failed + error + again;
    }

    private static String due(OpenEvent open) {
        return open.dueMillis() < 0 ? "" : " in " + Words.spanOfMillis(open.dueMillis());
    }

    private static String because(OpenEvent open) {
        return open.error().isEmpty() ? "" : "; its last error: " + Words.text(open.error());
    }
}

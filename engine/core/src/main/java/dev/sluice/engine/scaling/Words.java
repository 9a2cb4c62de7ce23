package dev.sluice.engine.scaling;

import java.util.Locale;

/** Clauses that several decisions say. */
final class Words {
    private Words() {}

    /** A whole number, with its thousands apart. */
    static String count(double events) {
        return String.format(Locale.ROOT, "%,d", Math.round(events));
    }

    /** How much waits for how many slots. */
    static String waiting(double events, int slots) {
        if (events < 1) {
            return "none waits for a slot";
        }
        return count(events) + (slots == 0 ? " wait, and there is no slot" : " wait for " + slots + " slots");
    }

    /** What is here and asks for no slot, as a clause to add; empty when nothing is. */
    static String blocked(Load load) {
        var blocked = load.backlog().blocked();
        var behindKeys = blocked.behindKeys();
        var later = blocked.events() - behindKeys;
        var held = blocked.held() == 0
                ? ""
                : "; " + count((double) blocked.held())
                        + " more are held back by the rate or the concurrency of their trigger";
        if (behindKeys == 0) {
            return (later <= 0 ? "" : "; " + count(later) + " more wait for their next try") + held;
        }
        return "; " + count(behindKeys) + " more wait behind their keys"
                + (later <= 0 ? "" : " and " + count(later) + " for their next try") + held;
    }

    /** What keeps events from the slots that stand free. */
    static String behindKeys(Load load, int slots, String keys) {
        var blocked = load.backlog().blocked();
        return load.slots().leased() + " of " + slots + " slots are in use; " + count(blocked.behindKeys())
                + " events wait behind others, on " + count(blocked.keys()) + " " + keys;
    }
}

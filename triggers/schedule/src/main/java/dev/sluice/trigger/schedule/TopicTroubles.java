package dev.sluice.trigger.schedule;

import dev.sluice.trigger.schedule.ScheduleBook.Due;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The topics whose events were not stored of late: each is tried apart from all others, and less and less often while it
 * takes nothing, so that its schedules wait together and nobody else's do. A pure state machine; at most a place per
 * topic.
 */
final class TopicTroubles {
    static final long AGAIN_MIN_MS = 1_000;
    static final long AGAIN_MAX_MS = 30_000;

    private static final class Trouble {
        /** Schedules of a commit: what the topic has no room for may go in parts. */
        private int atOnce = ScheduleBook.TAKEN_MAX;

        private long untilMillis;
        private long againMs = AGAIN_MIN_MS;
        private String why = "";

        /** A wait that is longer than any means that the clock was set back. */
        private boolean waits(long nowMillis) {
            return nowMillis < untilMillis && untilMillis - nowMillis <= AGAIN_MAX_MS;
        }
    }

    private final Map<String, Trouble> topics = new TreeMap<>();

    /**
     * What is to be committed next: first all whose topics are well, then one topic of the others. The rest is put back;
     * when nothing is to be committed, all of it waits for a time to come.
     */
    List<Due> next(ScheduleBook book, List<Due> due, long nowMillis) {
        var anyWell = due.stream().anyMatch(each -> !topics.containsKey(topic(each)));
        var only = "";
        var chosen = new ArrayList<Due>();
        for (var each : due) {
            var trouble = topics.get(topic(each));
            if (trouble == null) {
                chosen.add(each);
            } else if (trouble.waits(nowMillis)) {
                book.postponed(each, trouble.untilMillis);
            } else if (!anyWell && (only.isEmpty() || only.equals(topic(each))) && chosen.size() < trouble.atOnce) {
                only = topic(each);
                chosen.add(each);
            } else {
                book.postponed(each, nowMillis);
            }
        }
        return chosen;
    }

    /** A commit of {@link #next} is stored. */
    void stored(List<Due> due) {
        var topic = topic(due.get(0));
        var trouble = topics.get(topic);
        if (trouble == null) {
            return;
        }
        if (due.size() < trouble.atOnce) {
            topics.remove(topic);
        } else {
            trouble.atOnce *= 2;
            trouble.againMs = AGAIN_MIN_MS;
            trouble.why = "";
        }
    }

    /**
     * A commit of {@link #next} is not stored. Of several topics nobody knows which one it is: each is tried by itself.
     *
     * @param waits whether a topic that was alone takes nothing for a while, whatever it is given
     */
    void failed(List<Due> due, String why, boolean waits, long nowMillis) {
        var names = new HashSet<String>();
        due.forEach(each -> names.add(topic(each)));
        for (var name : names) {
            var trouble = topics.computeIfAbsent(name, first -> new Trouble());
            if (names.size() == 1) {
                trouble.atOnce = 1;
                if (waits) {
                    trouble.untilMillis = nowMillis + trouble.againMs;
                    trouble.againMs = Math.min(AGAIN_MAX_MS, 2 * trouble.againMs);
                    trouble.why = "topic '" + name + "' takes no events: " + why;
                }
            }
        }
    }

    /** Why one of the topics takes nothing; empty when all do. */
    String why() {
        return topics.values().stream()
                .map(trouble -> trouble.why)
                .filter(why -> !why.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static String topic(Due due) {
        return due.schedule().topic();
    }
}

package dev.sluice.server.explain;

import dev.sluice.broker.StoredEvent;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.engine.OpenEvent;
import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.server.explain.Explanation.Outcome;
import dev.sluice.server.manifest.TriggerManifest;
import io.cloudevents.CloudEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One question: what became of an event at a trigger. Blocks, up to some 25 seconds. */
final class Inquiry {
    private static final int OTHERS_TOLD_MAX = 3;

    private final Explainer of;
    private final TriggerManifest trigger;
    private final String event;
    private final List<String> facts = new ArrayList<>();
    /** Of which source the event is: the one that is asked for, or the one that was found first. */
    private @Nullable String source;

    private final @Nullable String asked;
    /** Sources of other events of the id. */
    private final Set<String> others = new TreeSet<>();

    private Visits visits = new Visits(List.of());
    /** Whether the engine did not say what it has open. */
    private boolean silent;

    Inquiry(Explainer of, TriggerManifest trigger, String event, @Nullable String source) {
        this.of = of;
        this.trigger = trigger;
        this.event = event;
        this.source = source;
        this.asked = source;
    }

    private void look(List<OpenEvent> open) {
        var entries = of.journal.find(entry -> entry.trigger().equals(trigger.name())
                && entry.isOf(event)
                && (source == null || entry.isFrom(source)));
        open.forEach(now -> meet(now.source()));
        for (var i = entries.size() - 1; i >= 0; i--) {
            meet(entries.get(i).source());
        }
        var own = source;
        if (own != null) {
            entries = entries.stream().filter(entry -> entry.isFrom(own)).toList();
        }
        entries.forEach(entry -> facts.add(Words.line(entry)));
        visits = Visits.of(entries, of.node(), this::answerTopic);
    }

    /** An event of the id has that source: the first that is met is the one that is told of. */
    private void meet(String found) {
        if (source == null) {
            source = found;
        } else if (!JournalEntry.cutId(source).equals(JournalEntry.cutId(found))) {
            others.add(JournalEntry.cutId(found));
        }
    }

    private boolean isOwn(String found) {
        return source == null || JournalEntry.cutId(source).equals(JournalEntry.cutId(found));
    }

    private @Nullable String answerTopic(String type) {
        for (var route : trigger.answers().routes()) {
            if (route.type() == null || route.type().equals(type)) {
                return route.topic().name();
            }
        }
        return null;
    }

    Explanation answer() {
        var open = open();
        look(open);
        if (!open.isEmpty()) {
            return live(open.stream().filter(now -> isOwn(now.source())).toList());
        }
        if (silent) {
            facts.add("the engine has not said in time what it has open");
        }
        var visit = visits.last().orElse(null);
        var end = visit == null ? null : visit.end().orElse(null);
        var reading = trigger.reading();
        if (visit != null && end != null && (end.outcome() == Outcome.DELIVERED || visit.isCall() || reading == null)) {
            return told(end, visits.before(visit));
        }
        // What was not delivered may have come again since, without a word in the journal.
        return reading == null
                ? unknown("it takes calls, and no decision on such a call is kept")
                : onTopics(reading, visit, end);
    }

    private List<OpenEvent> open() {
        var open = of.openEvents(event);
        silent = open == null;
        return Stream.ofNullable(open)
                .flatMap(List::stream)
                .filter(now -> now.trigger().equals(trigger.name()))
                .filter(now -> isOwn(now.source()))
                .toList();
    }

    private Explanation live(List<OpenEvent> open) {
        var now = open.get(0);
        open.forEach(each -> facts.add("now: " + Live.clause(each)));
        var more = open.size() == 1
                ? ""
                : "; " + (open.size() - 1) + " more of its id " + (open.size() == 2 ? "is" : "are") + " open there";
        return told(new Past.End(Live.outcome(now), Live.clause(now)), more + visits.before(null));
    }

    private Explanation onTopics(TriggerManifest.Reading reading, @Nullable Past visit, Past.@Nullable End end) {
        var found = Objects.requireNonNull(of.search
                .find(reading.topic(), stored -> isMeant(asSeen(reading, stored)))
                .block());
        var letters = Objects.requireNonNull(of.search
                .find(
                        Objects.requireNonNull(trigger.deadLetters()),
                        stored -> isMeant(stored.event())
                                && trigger.name().equals(WireEvent.textOf(stored.event(), "dltrigger")))
                .block());
        facts.add(found.words());
        facts.add(letters.words());
        found.newestFirst().forEach(stored -> meet(sourceOf(asSeen(reading, stored))));
        letters.newestFirst().forEach(stored -> meet(sourceOf(stored.event())));
        return onTopics(
                reading,
                found.only(stored -> isOwn(sourceOf(asSeen(reading, stored)))),
                letters.only(stored -> isOwn(sourceOf(stored.event()))),
                visit,
                end);
    }

    private Explanation onTopics(
            TriggerManifest.Reading reading,
            TopicSearch.Found found,
            TopicSearch.Found letters,
            @Nullable Past visit,
            Past.@Nullable End end) {
        var stored = found.newest();
        if (stored != null && (visit == null || isNews(stored, visit, end))) {
            return standing(reading, stored, letters, visit);
        }
        if (visit != null && end != null) {
            return told(end, letter(letters, visit) + visits.before(visit));
        }
        var letter = letters.newest();
        return letter == null
                ? unknown(found.words() + ", " + letters.words() + ", and no decision on it is kept")
                : told(putAside(letter, letters.topic()), visits.before(null));
    }

    /** Whether the topic has the event after what the journal says last, or that was no end. */
    private boolean isNews(StoredEvent stored, Past visit, Past.@Nullable End end) {
        if (visits.at(stored.partition(), stored.offset())) {
            return end == null || end.outcome() == Outcome.RELEASED;
        }
        return end == null || visit.isBefore(stored.partition(), stored.offset(), millis(stored.arrived()));
    }

    private static long millis(Instant arrived) {
        return arrived.toEpochMilli();
    }

    /** What the trigger gets of it. */
    private static CloudEvent asSeen(TriggerManifest.Reading reading, StoredEvent stored) {
        var form = reading.form();
        return form == null ? stored.event() : form.of(stored.event(), stored.partition(), stored.offset());
    }

    private boolean isMeant(CloudEvent found) {
        return found.getId().equals(event) && (asked == null || asked.equals(WireEvent.textOf(found, "source")));
    }

    private static String sourceOf(CloudEvent found) {
        return String.valueOf(WireEvent.textOf(found, "source"));
    }

    private Explanation standing(
            TriggerManifest.Reading reading, StoredEvent stored, TopicSearch.Found letters, @Nullable Past visit) {
        for (var letter : letters.events()) {
            if (isOf(letter, stored.partition(), stored.offset())) {
                return told(putAside(letter, letters.topic()), before(visit, stored));
            }
        }
        var seen = asSeen(reading, stored);
        if (!(seen instanceof RawEvent)) {
            var verdict = trigger.filter().explain(seen);
            facts.add("filter: " + verdict.words());
            if (!verdict.passes()) {
                return told(
                        new Past.End(
                                Outcome.FILTERED,
                                "is not wanted by " + trigger.name() + ": its filter, as it is now, "
                                        + verdict.words()),
                        before(visit, stored));
            }
        }
        var standing = new Standing(trigger, reading, of.status(trigger.name()), letters.words());
        var end = standing.of(stored);
        var fact = standing.fact(stored.partition());
        if (!fact.isEmpty()) {
            facts.add(fact);
        }
        // It may have come in between: what was delivered before the position was looked at is open by now, or settled.
        var open = open();
        if (!open.isEmpty()) {
            return live(open);
        }
        return silent && (end.outcome() == Outcome.TAKEN_OFF || end.outcome() == Outcome.UNDECIDED)
                ? told(unsaid(standing.place(stored)), before(visit, stored))
                : told(end, before(visit, stored));
    }

    private Past.End unsaid(String place) {
        return new Past.End(
                Outcome.UNDECIDED,
                "stands on " + place + "; whether " + trigger.name() + " has it open, the engine has not said in time:"
                        + " ask again");
    }

    /** Earlier visits; that of the event which stands there is the one that is told of. */
    private String before(@Nullable Past visit, StoredEvent stored) {
        var same = visit != null
                && visit.isAt(stored.partition(), stored.offset())
                && visit.end().isEmpty();
        return visits.before(same ? visit : null);
    }

    private Past.End putAside(StoredEvent letter, String topic) {
        var tries = WireEvent.textOf(letter.event(), "dlattempts");
        return new Past.End(
                Outcome.DEAD_LETTERED,
                "was not delivered to " + trigger.name() + ": it was put aside on " + topic + ", partition "
                        + letter.partition() + ", offset " + letter.offset() + ", " + afterTries(tries) + ", "
                        + Words.text(String.valueOf(WireEvent.textOf(letter.event(), "dlreason"))) + ", "
                        + Words.text(String.valueOf(WireEvent.textOf(letter.event(), "dlerror")))
                        + since(letter));
    }

    private static String afterTries(@Nullable String tries) {
        return tries == null
                ? "after nobody knows how many tries"
                : tries.equals("0")
                        ? "without a try"
                        : "after " + Words.id(tries) + (tries.equals("1") ? " try" : " tries");
    }

    /** What became of the letter of a visit. */
    private String letter(TopicSearch.Found letters, Past visit) {
        for (var letter : letters.events()) {
            if (isOf(
                    letter,
                    visit.entries().get(0).partition(),
                    visit.entries().get(0).offset())) {
                return since(letter);
            }
        }
        return "";
    }

    private String since(StoredEvent letter) {
        return switch (of.mark(Objects.requireNonNull(trigger.deadLetters()), letter)) {
            case "REDRIVEN" -> "; the letter was redriven since";
            case "DISCARDED" -> "; the letter was discarded since";
            default -> "";
        };
    }

    private static boolean isOf(StoredEvent letter, int partition, long offset) {
        return String.valueOf(partition).equals(WireEvent.textOf(letter.event(), "dlpartition"))
                && String.valueOf(offset).equals(WireEvent.textOf(letter.event(), "dloffset"));
    }

    private Explanation unknown(String why) {
        return new Explanation(
                event,
                trigger.name(),
                of.node(),
                Outcome.UNKNOWN,
                "nothing is known of " + Words.id(event) + " at " + trigger.name() + " on node " + of.node() + ": "
                        + why,
                facts);
    }

    private Explanation told(Past.End end, String more) {
        var sentence = Words.id(event) + " " + end.clause() + more + othersTold();
        return new Explanation(event, trigger.name(), of.node(), end.outcome(), sentence, facts);
    }

    private String othersTold() {
        if (others.isEmpty()) {
            return "";
        }
        var named = others.stream().limit(OTHERS_TOLD_MAX).map(Words::id).collect(Collectors.joining(" and "));
        return "; this is the one of " + Words.id(String.valueOf(source)) + ", others of its id came from " + named
                + ": name one with --source";
    }
}

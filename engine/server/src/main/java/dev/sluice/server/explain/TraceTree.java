package dev.sluice.server.explain;

import dev.sluice.engine.OpenEvent;
import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.engine.journal.Stage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Puts together what a journal has of an event and of all that came of it: answers of answers, up to 200 events. */
final class TraceTree {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private static final int EVENTS_MAX = 200;
    private static final int OPEN_ASKED_MAX = 16;

    private final String node;
    private final Map<String, List<JournalEntry>> byEvent = new HashMap<>();
    /** The ids of what was caused by an event and was received with its name in {@code causationid}. */
    private final Map<String, Set<String>> caused = new HashMap<>();

    private final Function<String, List<OpenEvent>> open;
    private final Set<String> taken = new HashSet<>();
    private int openAsked;

    /** @param open the open events of an id */
    TraceTree(String node, Journal journal, Function<String, List<OpenEvent>> open) {
        this.node = node;
        this.open = open;
        for (var entry : journal.find(entry -> true)) {
            byEvent.computeIfAbsent(entry.event(), id -> new ArrayList<>()).add(entry);
            if (entry.stage() == Stage.RECEIVED && !entry.other().isEmpty()) {
                caused.computeIfAbsent(entry.other(), id -> new LinkedHashSet<>())
                        .add(entry.event());
            }
        }
    }

    Trace of(String event, @Nullable String source) {
        taken.add(event);
        var entries = byEvent.getOrDefault(event, List.of()).stream()
                .filter(entry -> source == null || source.equals(entry.source()))
                .toList();
        var causes = new LinkedHashSet<String>();
        var byTrigger = new LinkedHashMap<String, List<JournalEntry>>();
        for (var entry : entries) {
            byTrigger
                    .computeIfAbsent(entry.trigger(), name -> new ArrayList<>())
                    .add(entry);
            if (entry.stage() == Stage.RECEIVED && !entry.other().isEmpty()) {
                causes.add(entry.other());
            }
        }
        var hops = new ArrayList<Trace.Hop>();
        byTrigger.values().forEach(each -> hops.add(hop(each)));
        addOpen(event, source, hops);
        addCaused(event, hops);
        var known = source != null
                ? source
                : entries.isEmpty() ? "" : entries.get(0).source();
        return new Trace(event, known, node, List.copyOf(causes), hops);
    }

    private Trace.Hop hop(List<JournalEntry> entries) {
        var answers = new LinkedHashSet<String>();
        var steps = new ArrayList<Trace.Step>();
        for (var entry : entries) {
            steps.add(new Trace.Step(at(entry.atMillis()), entry.stage().name(), Words.of(entry)));
            if (entry.stage() == Stage.ANSWERED) {
                answers.add(entry.other());
            }
        }
        var first = entries.get(0);
        return new Trace.Hop(first.trigger(), first.function(), steps, below(answers));
    }

    /** Where it is now, of the first events that are asked for; an end that is known is no sign that none has come again. */
    private void addOpen(String event, @Nullable String source, List<Trace.Hop> hops) {
        if (openAsked++ >= OPEN_ASKED_MAX) {
            return;
        }
        for (var now : open.apply(event)) {
            if (source == null || source.equals(now.source())) {
                var step = new Trace.Step(at(System.currentTimeMillis()), "OPEN", "now: it " + Live.clause(now));
                var at = indexOf(now.trigger(), hops);
                if (at < 0) {
                    hops.add(new Trace.Hop(now.trigger(), now.function(), List.of(step), List.of()));
                } else {
                    var hop = hops.get(at);
                    var steps = new ArrayList<>(hop.steps());
                    steps.add(step);
                    hops.set(at, new Trace.Hop(hop.trigger(), hop.function(), steps, hop.answers()));
                }
            }
        }
    }

    private static String at(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis));
    }

    private static int indexOf(String trigger, List<Trace.Hop> hops) {
        for (var i = 0; i < hops.size(); i++) {
            if (hops.get(i).trigger().equals(trigger)) {
                return i;
            }
        }
        return -1;
    }

    /** What came of it elsewhere, or unseen: this node has received it and knows of no answer of that id. */
    private void addCaused(String event, List<Trace.Hop> hops) {
        var others = below(caused.getOrDefault(event, Set.of()));
        if (!others.isEmpty()) {
            hops.add(new Trace.Hop("", "", List.of(), others));
        }
    }

    private List<Trace> below(Set<String> ids) {
        var traces = new ArrayList<Trace>();
        for (var id : ids) {
            if (taken.size() < EVENTS_MAX && !taken.contains(id)) {
                traces.add(of(id, null));
            }
        }
        return traces;
    }
}

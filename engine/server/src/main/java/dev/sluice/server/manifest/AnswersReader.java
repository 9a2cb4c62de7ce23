package dev.sluice.server.manifest;

import dev.sluice.server.manifest.TriggerManifest.AnswerRoute;
import dev.sluice.server.manifest.TriggerManifest.Answers;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code answers}: one place for all, or a list of places that each take the answers of one type, the last one
 * without a type taking the rest.
 */
final class AnswersReader {
    private static final String TYPE = "dev.sluice.answer";

    private final TopicReader topics;

    AnswersReader(TopicReader topics) {
        this.topics = topics;
    }

    /** No place: answers are dropped, or are the response. */
    static Answers none(String function) {
        return new Answers(List.of(), TYPE, source(function));
    }

    private static String source(String function) {
        return "/functions/" + function;
    }

    /** @param calls whether the answers are a response and so have no topic */
    Answers read(Section spec, String function, boolean calls) {
        return spec.value("answers") instanceof Value.Items
                ? routed(spec, function, calls)
                : single(spec, function, calls);
    }

    private Answers single(Section spec, String function, boolean calls) {
        var section = spec.section("answers");
        if (section == null) {
            return none(function);
        }
        var type = section.text("type").orElse(TYPE);
        var source = source(section, function);
        var topic = topic(section, calls);
        section.end();
        return new Answers(topic == null ? List.of() : List.of(new AnswerRoute(null, topic)), type, source);
    }

    private Answers routed(Section spec, String function, boolean calls) {
        var entries = spec.sections("answers");
        if (entries.isEmpty()) {
            spec.mistake("answers", "must name at least one topic");
            return none(function);
        }
        if (calls) {
            spec.mistake("answers", "can't be routed in mode reply: the answer is the response");
        }
        var routes = new ArrayList<AnswerRoute>();
        var types = new HashSet<String>();
        var firstType = TYPE;
        var source = source(function);
        for (var entry : entries) {
            var last = entry == entries.get(entries.size() - 1);
            var type = entry.text("type");
            if (type.isEmpty() && !entry.has("type") && !last) {
                entry.missing("type", "only the last entry may take the answers of every type");
            } else if (type.isPresent() && !types.add(type.get())) {
                entry.mistake("type", "has an entry already");
            }
            if (entry == entries.get(0)) {
                firstType = type.orElse(TYPE);
                source = source(entry, function);
            } else if (entry.has("source")) {
                entry.value("source");
                entry.mistake("source", "belongs to the first entry, which says what answers without one become");
            }
            var topic = topic(entry, calls);
            if (topic != null) {
                routes.add(new AnswerRoute(type.orElse(null), topic));
            }
            entry.end();
        }
        return new Answers(routes, firstType, source);
    }

    private @Nullable TopicRef topic(Section section, boolean calls) {
        if (calls) {
            if (section.has("topic")) {
                section.value("topic");
                section.mistake("topic", "has no use in mode reply: the answer is the response");
            }
            return null;
        }
        if (!section.has("topic")) {
            section.required("topic", "answers go to a topic");
            return null;
        }
        return topics.read(section, "topic").orElse(null);
    }

    private static String source(Section section, String function) {
        var written = section.text("source");
        written.ifPresent(text -> {
            try {
                new URI(text);
            } catch (URISyntaxException notAUri) {
                section.mistake("source", "must be a URI reference, such as /price");
            }
        });
        return written.orElse(source(function));
    }
}

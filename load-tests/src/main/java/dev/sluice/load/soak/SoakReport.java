package dev.sluice.load.soak;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the scenarios showed, as a table and as JSON. */
final class SoakReport {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final List<String> HEAD = List.of(
            "scenario",
            "rounds",
            "published",
            "unanswered",
            "lost",
            "doubled",
            "bound",
            "inverted",
            "overlapping",
            "longest pause",
            "start to ready",
            "start to work",
            "holds");

    private SoakReport() {}

    /** A line per scenario below a line of heads. */
    static String table(List<Outcome> outcomes) {
        var lines = new ArrayList<List<String>>();
        lines.add(HEAD);
        for (var outcome : outcomes) {
            var verdict = outcome.verdict();
            lines.add(List.of(
                    outcome.scenario(),
                    whole(outcome.rounds()),
                    whole(verdict.published()),
                    whole(outcome.unanswered()),
                    whole(verdict.lost()),
                    whole(verdict.doubled()),
                    whole(verdict.doubledMax()),
                    whole(verdict.inverted()),
                    whole(verdict.overlapping()),
                    String.format(Locale.ROOT, "%.1f s", verdict.pauseMillis() / 1e3),
                    seconds(outcome.readyMillis()),
                    seconds(verdict.startMillis()),
                    outcome.broken().isEmpty() ? "yes" : "no"));
        }
        var table = new StringBuilder();
        for (var line : lines) {
            var text = new StringBuilder();
            for (var column = 0; column < line.size(); column++) {
                var at = column;
                var width =
                        lines.stream().mapToInt(l -> l.get(at).length()).max().orElse(1);
                text.append(String.format(Locale.ROOT, (column == 0 ? "%-" : "  %") + width + "s", line.get(column)));
            }
            table.append(text.toString().stripTrailing()).append('\n');
        }
        return table.toString();
    }

    /** The median and the longest of them, which are in order. */
    private static String seconds(List<Long> millis) {
        return millis.isEmpty()
                ? "-"
                : String.format(
                        Locale.ROOT,
                        "%.1f / %.1f s",
                        millis.get(millis.size() / 2) / 1e3,
                        millis.get(millis.size() - 1) / 1e3);
    }

    private static String whole(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** An array with an object per scenario, samples included. */
    static String json(List<Outcome> outcomes) {
        var array = JSON.createArrayNode();
        for (var outcome : outcomes) {
            var verdict = outcome.verdict();
            var object = array.addObject()
                    .put("scenario", outcome.scenario())
                    .put("seed", outcome.seed())
                    .put("rounds", outcome.rounds())
                    .put("seconds", outcome.took().toMillis() / 1e3)
                    .put("published", verdict.published())
                    .put("unanswered", outcome.unanswered())
                    .put("lost", verdict.lost())
                    .put("doubled", verdict.doubled())
                    .put("doubledMax", verdict.doubledMax())
                    .put("inverted", verdict.inverted())
                    .put("overlapping", verdict.overlapping())
                    .put("longestPauseMillis", verdict.pauseMillis())
                    .put("holds", outcome.broken().isEmpty());
            outcome.readyMillis().forEach(object.putArray("readyMillis")::add);
            verdict.startMillis().forEach(object.putArray("startMillis")::add);
            outcome.broken().forEach(object.putArray("broken")::add);
            verdict.examples().forEach(object.putArray("examples")::add);
            var samples = object.putArray("samples");
            outcome.samples().all().forEach(sample -> samples.addObject()
                    .put("seconds", sample.seconds())
                    .put("published", sample.published())
                    .put("done", sample.done()));
            var marks = object.putArray("marks");
            outcome.samples().marks().forEach(mark -> marks.addObject()
                    .put("seconds", mark.seconds())
                    .put("what", mark.what()));
        }
        try {
            return JSON.writeValueAsString(array) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("outcomes cannot be written as JSON", e);
        }
    }
}

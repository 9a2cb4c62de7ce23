package dev.sluice.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which letters, how many, how fast. */
final class LetterOptions {
    private static final Pattern RATE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)(?:/(s|m|h))?");

    @Option(
            names = "--filter",
            paramLabel = "CESQL",
            description = "Only letters of which this is true, as in \"type LIKE 'com.acme.%%'\".")
    private @Nullable String filter;

    @Option(names = "--id", paramLabel = "ID", description = "Only this id or PARTITION:OFFSET. May be repeated.")
    private List<String> ids = new ArrayList<>();

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            description = "Only this dlreason: exhausted, rejected, undecodable, expired or loop. May be repeated.")
    private List<String> reasons = new ArrayList<>();

    @Option(names = "--trigger", paramLabel = "TRIGGER", description = "Only this trigger's. May be repeated.")
    private List<String> triggers = new ArrayList<>();

    @Option(names = "--limit", paramLabel = "N", description = "At most so many letters.")
    private @Nullable Long limit;

    @Option(names = "--rate", paramLabel = "N/s", description = "At most so many, as in 100/s, 30/m or 500/h.")
    private @Nullable String rate;

    @Option(names = "--dry-run", description = "Change nothing; tell what would be done.")
    private boolean dryRun;

    boolean dryRun() {
        return dryRun;
    }

    Map<String, Object> request() {
        var request = new LinkedHashMap<String, Object>();
        put(request, "filter", filter);
        put(request, "ids", ids.isEmpty() ? null : ids);
        put(request, "reasons", reasons.isEmpty() ? null : reasons);
        put(request, "triggers", triggers.isEmpty() ? null : triggers);
        put(request, "limit", limit);
        put(request, "rate", rate == null ? null : perSecond(rate));
        put(request, "dryRun", dryRun ? true : null);
        return request;
    }

    static void put(Map<String, Object> request, String name, @Nullable Object value) {
        if (value != null) {
            request.put(name, value);
        }
    }

    static double perSecond(String text) {
        var rate = RATE.matcher(text);
        var number = rate.matches() ? Double.parseDouble(rate.group(1)) : 0;
        if (!(number > 0)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "'" + Text.oneLine(text) + "' is no rate: write 100/s, 30/m or 500/h");
        }
        var unit = rate.group(2) == null ? "s" : rate.group(2);
        return number / (unit.equals("s") ? 1 : unit.equals("m") ? 60 : 3_600);
    }
}

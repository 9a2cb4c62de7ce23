package dev.sluice.load.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a search for inputs that break a fuzz test came to.
 *
 * @param target the test, as Maven names it
 * @param runs inputs that were tried
 * @param seconds how long it searched
 * @param findings what broke it: the failure, and the file that the input was kept in
 */
record FuzzOutcome(String target, long runs, long seconds, List<String> findings) {
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second\\(s\\)");
    private static final Pattern FAILURE = Pattern.compile("== Java Exception: (.*)");
    private static final Pattern KEPT = Pattern.compile("Test unit written to (.*)");

    FuzzOutcome {
        findings = List.copyOf(findings);
    }

    /**
     * Reads what the test printed.
     *
     * @throws SoakException when it does not tell of a search that ended
     */
    static FuzzOutcome read(String target, List<String> lines) {
        var runs = -1L;
        var seconds = 0L;
        var findings = new ArrayList<String>();
        for (var line : lines) {
            var done = DONE.matcher(line);
            var failure = FAILURE.matcher(line);
            var kept = KEPT.matcher(line);
            if (done.find()) {
                runs = Long.parseLong(done.group(1));
                seconds = Long.parseLong(done.group(2));
            } else if (failure.find()) {
                findings.add(failure.group(1));
            } else if (kept.find()) {
                findings.add("kept in " + kept.group(1));
            }
        }
        if (runs < 0) {
            throw new SoakException(target + " did not search to its end");
        }
        return new FuzzOutcome(target, runs, seconds, findings);
    }

    /** A line per target below a line of heads; what was found stands below. */
    static String table(List<FuzzOutcome> outcomes) {
        var width = outcomes.stream()
                .mapToInt(outcome -> outcome.target.length())
                .max()
                .orElse(0);
        var row = "%-" + Math.max(width, "target".length()) + "s  %12s  %7s  %8s%n";
        var table = new StringBuilder(String.format(Locale.ROOT, row, "target", "runs", "seconds", "findings"));
        for (var outcome : outcomes) {
            var found = outcome.findings.isEmpty() ? "0" : "1";
            table.append(String.format(
                    Locale.ROOT,
                    row,
                    outcome.target,
                    String.format(Locale.ROOT, "%,d", outcome.runs),
                    outcome.seconds,
                    found));
        }
        for (var outcome : outcomes) {
            outcome.findings.forEach(finding ->
                    table.append(outcome.target).append(": ").append(finding).append(System.lineSeparator()));
        }
        return table.toString();
    }
}

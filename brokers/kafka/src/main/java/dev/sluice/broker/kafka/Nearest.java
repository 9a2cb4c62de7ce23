package dev.sluice.broker.kafka;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Guesses which name was meant by one that does not exist. */
final class Nearest {
    /** More changes than this make it another name. */
    private static final int CHANGES_MAX = 2;

    private Nearest() {}

    /** The known name that is the fewest changes away; null when none is near. Dashes and underscores count as dots. */
    static @Nullable String to(String name, Collection<String> known) {
        var meant = name.toLowerCase(java.util.Locale.ROOT).replace('-', '.').replace('_', '.');
        return known.stream()
                .filter(each -> Math.abs(each.length() - meant.length()) <= CHANGES_MAX)
                .map(each -> Map.entry(each, changes(meant, each)))
                .filter(each -> each.getValue() <= CHANGES_MAX)
                .min(Comparator.<Map.Entry<String, Integer>>comparingInt(Map.Entry::getValue)
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    /** How many letters must be put in, taken out, replaced or swapped with their neighbour. */
    private static int changes(String from, String to) {
        var costs = new int[from.length() + 1][to.length() + 1];
        for (var i = 0; i <= from.length(); i++) {
            for (var k = 0; k <= to.length(); k++) {
                if (i == 0 || k == 0) {
                    costs[i][k] = i + k;
                    continue;
                }
                var same = from.charAt(i - 1) == to.charAt(k - 1);
                costs[i][k] =
                        Math.min(costs[i - 1][k - 1] + (same ? 0 : 1), Math.min(costs[i - 1][k], costs[i][k - 1]) + 1);
                var swapped = i > 1
                        && k > 1
                        && from.charAt(i - 1) == to.charAt(k - 2)
                        && from.charAt(i - 2) == to.charAt(k - 1);
                if (swapped) {
                    costs[i][k] = Math.min(costs[i][k], costs[i - 2][k - 2] + 1);
                }
            }
        }
        return costs[from.length()][to.length()];
    }
}

package dev.sluice.server.manifest;

import java.util.Collection;
import java.util.Locale;

/** Guesses which word was meant. */
final class Nearest {
    private static final int LENGTH_MAX = 64;

    private Nearest() {}

    /** {@code ; did you mean 'x'?} for the closest word, or nothing when none is close. */
    static String hint(String word, Collection<String> known) {
        var best = "";
        var least = Integer.MAX_VALUE;
        for (var candidate : known) {
            var distance = distance(plain(word), plain(candidate));
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return least <= Math.max(1, best.length() / 3) ? "; did you mean '" + best + "'?" : "";
    }

    /** camelCase, snake_case and dashes count as one. */
    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /** Damerau-Levenshtein with neighbours swapped, in two rows and one more. */
    private static int distance(String a, String b) {
        if (a.length() > LENGTH_MAX || b.length() > LENGTH_MAX) {
            return Integer.MAX_VALUE;
        }
        var beforeLast = new int[b.length() + 1];
        var last = new int[b.length() + 1];
        for (var j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (var i = 1; i <= a.length(); i++) {
            var row = new int[b.length() + 1];
            row[0] = i;
            for (var j = 1; j <= b.length(); j++) {
                var change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[b.length()];
    }
}

package dev.sluice.trigger.object;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Which paths are meant. A pattern without a slash is about the last name, one with a slash about the whole path from the
 * root; {@code *} is anything but a slash, {@code **} anything, {@code ?} one character, {@code {a,b}} either. Immutable.
 */
final class Patterns {
    private final List<Pattern> include;
    private final List<Pattern> exclude;

    /** @throws IllegalArgumentException naming the pattern that is none */
    Patterns(List<String> include, List<String> exclude) {
        this.include = include.stream().map(Patterns::compile).toList();
        this.exclude = exclude.stream().map(Patterns::compile).toList();
    }

    /** Whether a file at that path is meant. */
    boolean take(String path) {
        return (include.isEmpty() || any(include, path)) && !any(exclude, path);
    }

    /** Whether nothing below that folder is meant. */
    boolean passOver(String folder) {
        return any(exclude, folder);
    }

    private static boolean any(List<Pattern> patterns, String path) {
        for (var pattern : patterns) {
            if (pattern.matcher(path).matches()) {
                return true;
            }
        }
        return false;
    }

    /** @throws IllegalArgumentException when it is no pattern */
    static Pattern compile(String glob) {
        var regex = new StringBuilder(glob.indexOf('/') < 0 ? "(?:.*/)?" : "");
        var braces = 0;
        for (var i = 0; i < glob.length(); i++) {
            var c = glob.charAt(i);
            if (glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (c == '{') {
                braces++;
                regex.append("(?:");
            } else if (c == '}' && braces > 0) {
                braces--;
                regex.append(')');
            } else {
                regex.append(literal(c, braces > 0));
            }
        }
        if (braces != 0 || glob.isBlank()) {
            throw new IllegalArgumentException("'" + glob + "' is no pattern such as *.csv or 2024/**/*.{csv,json}");
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    private static String literal(char c, boolean inBraces) {
        return switch (c) {
            case '*' -> "[^/]*";
            case '?' -> "[^/]";
            case ',' -> inBraces ? "|" : ",";
            default -> Pattern.quote(String.valueOf(c));
        };
    }
}

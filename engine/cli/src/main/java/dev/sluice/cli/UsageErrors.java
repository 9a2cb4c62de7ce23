package dev.sluice.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells what is wrong with a command line, what was probably meant, and where to read on. */
final class UsageErrors implements IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException error, String[] args) {
        var line = error.getCommandLine();
        var message = error instanceof UnmatchedArgumentException unmatched
                        && !unmatched.getUnmatched().isEmpty()
                ? unknown(line, unmatched.getUnmatched().get(0))
                : String.valueOf(error.getMessage());
        var err = line.getErr();
        err.println("sluice: " + Text.printable(message));
        err.println("See '" + line.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return ExitCode.USAGE;
    }

    private static String unknown(CommandLine line, String word) {
        var option = word.startsWith("-");
        var hasCommands = !line.getSubcommands().isEmpty();
        var kind = option ? "option" : hasCommands ? "command" : "argument";
        var known = new ArrayList<String>();
        if (option) {
            line.getCommandSpec().options().forEach(it -> known.addAll(List.of(it.names())));
        } else {
            known.addAll(line.getSubcommands().keySet());
        }
        var name = word.split("=", 2)[0];
        return "unknown " + kind + " '" + name + "'"
                + nearest(name, known.stream())
                        .map(it -> "; did you mean '" + it + "'?")
                        .orElse("");
    }

    /** The known word with the fewest letters to change, when these are few. */
    static Optional<String> nearest(String word, Stream<String> known) {
        return known.filter(it -> distance(word, it) <= word.length() / 3)
                .min(Comparator.comparingInt(it -> distance(word, it)));
    }

    /** Letters to insert, delete, replace or swap with their neighbour. */
    private static int distance(String a, String b) {
        var rows = new int[a.length() + 1][b.length() + 1];
        for (var i = 0; i <= a.length(); i++) {
            for (var j = 0; j <= b.length(); j++) {
                rows[i][j] = i == 0 || j == 0 ? i + j : cheapest(rows, a, b, i, j);
            }
        }
        return rows[a.length()][b.length()];
    }

    private static int cheapest(int[][] rows, String a, String b, int i, int j) {
        var same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        var best = Math.min(Math.min(rows[i - 1][j], rows[i][j - 1]) + 1, rows[i - 1][j - 1] + same);
        var swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, rows[i - 2][j - 2] + 1) : best;
    }
}

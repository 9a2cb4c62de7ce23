package dev.sluice.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine.Help.Ansi;

/**
 * Where a command reads and writes. Text is UTF-8 whatever the locale, so that a pipe sees the same bytes everywhere.
 *
 * @param in standard input
 * @param bytes standard output, for data as it is; flushed by whoever writes to it
 * @param out standard output, for text
 * @param err standard error: messages and progress
 * @param environment the process's environment
 */
record Terminal(InputStream in, OutputStream bytes, PrintWriter out, PrintWriter err, Map<String, String> environment) {

    /** Set by the script {@code sluice} when stdout is a terminal, which Java cannot ask for stdout alone. */
    private static final String COLUMNS = "SLUICE_COLUMNS";

    private static final int COLUMNS_MIN = 40;

    /** The process's own. */
    static Terminal ofProcess() {
        return of(
                System.in,
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                System.getenv());
    }

    static Terminal of(InputStream in, OutputStream out, OutputStream err, Map<String, String> environment) {
        var buffered = new BufferedOutputStream(out);
        return new Terminal(in, buffered, writer(buffered), writer(err), environment);
    }

    /** Whether a person looks at standard output. */
    boolean interactive() {
        return !environment.getOrDefault(COLUMNS, "").isEmpty();
    }

    /** Width to fit tables into; without limit when no person looks, or the width is unknown. */
    int columns() {
        try {
            return Math.max(COLUMNS_MIN, Integer.parseInt(environment.getOrDefault(COLUMNS, "")));
        } catch (NumberFormatException unknown) {
            return Integer.MAX_VALUE;
        }
    }

    /** Whether to colour: a person looks, the terminal can, and {@code NO_COLOR} is not set. */
    Ansi ansi() {
        var plain = !environment.getOrDefault("NO_COLOR", "").isEmpty()
                || "dumb".equals(environment.getOrDefault("TERM", "dumb"));
        return interactive() && !plain ? Ansi.ON : Ansi.OFF;
    }

    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }
}

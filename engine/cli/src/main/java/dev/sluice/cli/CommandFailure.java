package dev.sluice.cli;

/**
 * Ends a command with a message for its user and an exit code. Commands throw it; the command line prints
 * {@code sluice: <message>} on stderr, without a stack trace.
 */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /**
     * @param exitCode one of {@link ExitCode}
     * @param message what failed, why, and what to do; may have several lines
     */
    public CommandFailure(int exitCode, String message) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    /** The status that the process ends with. */
    public int exitCode() {
        return exitCode;
    }
}

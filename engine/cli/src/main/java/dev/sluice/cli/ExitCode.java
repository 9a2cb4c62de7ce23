package dev.sluice.cli;

/** The exit codes of every {@code sluice} command; scripts may rely on them. */
public final class ExitCode {
    /** All went well. */
    public static final int OK = 0;

    /** Something failed that has no code of its own. */
    public static final int FAILURE = 1;

    /** The command line itself is wrong. */
    public static final int USAGE = 2;

    /** The thing that was named does not exist. */
    public static final int NOT_FOUND = 3;

    /** The input is invalid, or in conflict with what runs. */
    public static final int INVALID = 4;

    /** No engine answers at the address. */
    public static final int UNREACHABLE = 5;

    /** The answer did not come in time. */
    public static final int TIMED_OUT = 6;

    /** {@code diff} found differences. */
    public static final int DIFFERENT = 7;

    /** {@code doctor} found a problem. */
    public static final int UNHEALTHY = 8;

    private ExitCode() {}

    /** The code for an HTTP status that is not a success. */
    static int ofStatus(int status) {
        return switch (status) {
            case 404, 410 -> NOT_FOUND;
            case 400, 405, 406, 409, 411, 412, 413, 414, 415, 422, 431 -> INVALID;
            case 408, 504 -> TIMED_OUT;
            default -> FAILURE;
        };
    }
}

package dev.sluice.server;

import java.util.List;

/** Flags or environment variables with mistakes, all of them, a line each. */
final class InvalidSettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidSettingsException(List<String> mistakes) {
        super(String.join("\n", mistakes), null, false, false);
    }
}

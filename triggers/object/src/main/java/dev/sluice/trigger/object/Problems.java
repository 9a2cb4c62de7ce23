package dev.sluice.trigger.object;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Errors of the file system in words: its own messages are often nothing but the path. */
final class Problems {
    private Problems() {}

    static String text(IOException error) {
        if (error instanceof NoSuchFileException) {
            return "it does not exist";
        }
        if (error instanceof AccessDeniedException) {
            return "access is denied";
        }
        if (error instanceof NotDirectoryException) {
            return "it is no folder";
        }
        if (error instanceof FileSystemLoopException) {
            return "its links go in a circle";
        }
        if (error instanceof AtomicMoveNotSupportedException) {
            return "it is on another file system, where it can't be moved to in one step";
        }
        var reason = error instanceof FileSystemException file ? file.getReason() : null;
        return reason != null ? reason : String.valueOf(error.getMessage());
    }
}

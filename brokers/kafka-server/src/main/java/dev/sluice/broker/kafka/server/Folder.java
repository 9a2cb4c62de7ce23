package dev.sluice.broker.kafka.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * A folder that is deleted with all that is in it.
 *
 * @param path where it is
 */
record Folder(Path path) implements AutoCloseable {
    /** A new temporary one. */
    static Folder temporary() throws IOException {
        return new Folder(Files.createTempDirectory("sluice-kafka"));
    }

    /** Deletes what can be deleted; a temporary file that stays does no harm. */
    @Override
    public void close() {
        try (var files = Files.walk(path)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // Gone already, or changed under way: the system's own cleaning takes it.
        }
    }
}

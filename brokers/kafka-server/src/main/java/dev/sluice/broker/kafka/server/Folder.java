package dev.sluice.broker.kafka.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** A temporary folder that is deleted with all that is in it. */
final class Folder implements AutoCloseable {
    private final Path path;

    Folder() throws IOException {
        path = Files.createTempDirectory("sluice-kafka");
    }

    Path path() {
        return path;
    }

    /** Deletes what can be deleted; a temporary file that stays does no harm. */
    @Override
    public void close() {
        try (var files = Files.walk(path)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            // Gone already, or the system's own cleaning takes it.
        }
    }
}

package dev.sluice.trigger.object;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** What is done to a file system. Everything blocks. */
interface Disk {
    /** A folder that is being read, name after name, whatever its size. Its iterator fails unchecked. */
    interface Folder extends Closeable, Iterator<Path> {}

    /** What a path stands for. */
    enum Kind {
        FILE,
        FOLDER,
        LINK,
        OTHER
    }

    /**
     * What is known of a path.
     *
     * @param size in bytes
     * @param modifiedNanos since 1970
     * @param key the same for two paths that are the same; null when the file system has none
     */
    record Facts(
            Kind kind,
            long size,
            long modifiedNanos,
            @Nullable Object key) {}

    Folder list(Path folder) throws IOException;

    /** What the path stands for; with {@code follow} what a link leads to, instead of the link. */
    Facts facts(Path path, boolean follow) throws IOException;

    InputStream read(Path file) throws IOException;

    /** Moves a file as one step, and makes the folders that it goes to. */
    void move(Path from, Path to) throws IOException;

    /** Deletes a file, if it is there. */
    void delete(Path file) throws IOException;
}

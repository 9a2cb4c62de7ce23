package dev.sluice.trigger.object;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/** The file system. */
final class RealDisk implements Disk {
    private static final LinkOption[] FOLLOW = {};
    private static final LinkOption[] STAY = {LinkOption.NOFOLLOW_LINKS};

    @Override
    @SuppressWarnings("StreamResourceLeak") // whoever lists the folder closes it
    public Folder list(Path folder) throws IOException {
        return new Open(Files.newDirectoryStream(folder));
    }

    private static final class Open implements Folder {
        private final DirectoryStream<Path> stream;
        private final Iterator<Path> names;

        Open(DirectoryStream<Path> stream) {
            this.stream = stream;
            this.names = stream.iterator();
        }

        @Override
        public boolean hasNext() {
            return names.hasNext();
        }

        @Override
        public Path next() {
            return names.next();
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    @Override
    public Facts facts(Path path, boolean follow) throws IOException {
        var found = Files.readAttributes(path, BasicFileAttributes.class, follow ? FOLLOW : STAY);
        return new Facts(kind(found), found.size(), found.lastModifiedTime().to(TimeUnit.NANOSECONDS), found.fileKey());
    }

    private static Kind kind(BasicFileAttributes found) {
        if (found.isRegularFile()) {
            return Kind.FILE;
        }
        if (found.isDirectory()) {
            return Kind.FOLDER;
        }
        return found.isSymbolicLink() ? Kind.LINK : Kind.OTHER;
    }

    @Override
    public InputStream read(Path file) throws IOException {
        return Files.newInputStream(file, StandardOpenOption.READ);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        var parent = to.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}

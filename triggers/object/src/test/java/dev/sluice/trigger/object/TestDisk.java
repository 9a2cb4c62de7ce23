package dev.sluice.trigger.object;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The file system, with what a test can't make it do: deny root something, or change a file at a certain moment. */
final class TestDisk implements Disk {
    private final RealDisk real = new RealDisk();
    final Set<Path> denied = ConcurrentHashMap.newKeySet();
    final Set<Path> breaking = ConcurrentHashMap.newKeySet();
    final AtomicInteger openFolders = new AtomicInteger();
    volatile boolean deletesNothing;
    volatile Consumer<Path> beforeRead = path -> {};
    volatile Consumer<Path> whileRead = path -> {};
    volatile Consumer<Path> beforeMove = path -> {};

    private void check(Path path) throws IOException {
        if (denied.contains(path)) {
            throw new AccessDeniedException(path.toString());
        }
    }

    @Override
    public Folder list(Path folder) throws IOException {
        check(folder);
        var listed = counted(real.list(folder));
        if (!breaking.contains(folder)) {
            return listed;
        }
        Iterator<Path> names = listed;
        return new Folder() {
            private int given;

            @Override
            public boolean hasNext() {
                if (given == 1) {
                    throw new DirectoryIteratorException(new IOException("Input/output error"));
                }
                return names.hasNext();
            }

            @Override
            public Path next() {
                given++;
                return names.next();
            }

            @Override
            public void close() throws IOException {
                listed.close();
            }
        };
    }

    private Folder counted(Folder listed) {
        openFolders.incrementAndGet();
        return new Folder() {
            @Override
            public boolean hasNext() {
                return listed.hasNext();
            }

            @Override
            public Path next() {
                return listed.next();
            }

            @Override
            public void close() throws IOException {
                openFolders.decrementAndGet();
                listed.close();
            }
        };
    }

    @Override
    public Facts facts(Path path, boolean follow) throws IOException {
        return real.facts(path, follow);
    }

    @Override
    public InputStream read(Path file) throws IOException {
        check(file);
        beforeRead.accept(file);
        return new FilterInputStream(real.read(file)) {
            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                var count = super.read(bytes, from, length);
                if (count > 0) {
                    whileRead.accept(file);
                }
                return count;
            }
        };
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        check(from);
        beforeMove.accept(from);
        real.move(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        check(file);
        if (deletesNothing) {
            throw new AccessDeniedException(file.toString());
        }
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        real.delete(file);
    }
}

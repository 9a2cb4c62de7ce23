package dev.sluice.broker.memory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where a broker's states stand: a folder that one process uses at a time, with a {@link StateLog} per session. The
 * files' names have lower-case letters only, as some file systems know no others.
 */
final class StateFolder {
    private static final int NAME_MAX = 150;

    private final Path folder;
    private final FileChannel channel;

    private StateFolder(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** Opens the broker's folder in the state folder, and makes it when it is not there. */
    static StateFolder open(Path state, String broker) throws IOException {
        var folder = state.resolve(fileName(broker));
        Files.createDirectories(folder);
        var channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (tryLock(channel)) {
                return new StateFolder(folder, channel);
            }
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
        channel.close();
        throw new IOException("state folder " + folder + " is in use by another broker or process");
    }

    /** The system gives the lock back when the process ends, whichever way. */
    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException heldHere) {
            return false;
        }
    }

    /** Where the session's states stand. */
    Path file(String session) {
        return folder.resolve(fileName(session) + ".states");
    }

    private static String fileName(String name) {
        var file = new StringBuilder();
        for (var b : name.getBytes(StandardCharsets.UTF_8)) {
            if ((b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-' || b == '_') {
                file.append((char) b);
            } else {
                file.append('%').append(HexFormat.of().toHexDigits(b));
            }
        }
        return file.length() <= NAME_MAX ? file.toString() : file.substring(0, NAME_MAX / 2) + '-' + digest(name);
    }

    private static String digest(String name) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every Java has it
        }
    }

    void close() throws IOException {
        channel.close();
    }
}

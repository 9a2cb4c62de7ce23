package dev.sluice.broker.memory;

import dev.sluice.broker.Control.Change;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session's states on disk: a mark, then a record for each commit, which counts once all of it is there.
 *
 * <pre>
 * "SLUICE-STATES-1\n"  { length, CRC32C of the length, CRC32C of the changes, changes }*
 * </pre>
 *
 * <p>A commit is one append and one fsync. When the file is four times what the states take, it is written anew beside
 * itself and renamed. A last record that is not whole is what a crash left of a commit that nobody was told of: it is
 * cut off. Anything else that is wrong is damage, and the file is refused rather than read in part. Not safe for several
 * threads.
 */
final class StateLog {
    /** Below this size the file is not written anew. */
    static final long COMPACT_MIN_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(StateLog.class);
    private static final int COMPACT_RATIO = 4;

    private final Path file;
    private final Opener opener;
    private FileChannel channel;
    private long length;
    /** The length below which writing it anew, which failed, is not tried again. */
    private long notAnewBelow;

    /** Opens files to write to; may fail at any time, as when the process has too many open. */
    @FunctionalInterface
    interface Opener {
        FileChannel open(Path file, OpenOption... options) throws IOException;
    }

    private StateLog(Path file, Opener opener, FileChannel channel, long length) {
        this.file = file;
        this.opener = opener;
        this.channel = channel;
        this.length = length;
    }

    /**
     * Reads the states of the file, which comes to be if there is none.
     *
     * @param states gets what the file holds
     */
    static StateLog open(Path file, Map<String, byte[]> states) throws IOException {
        return open(file, states, FileChannel::open);
    }

    static StateLog open(Path file, Map<String, byte[]> states, Opener opener) throws IOException {
        if (!Files.exists(file)) {
            replace(file, Map.of(), opener).close();
        }
        var good = read(file, states);
        var channel = opener.open(file, StandardOpenOption.WRITE);
        try {
            if (channel.size() > good) {
                LOG.atWarn()
                        .log(
                                "state file {}: the last {} bytes are of a commit that was not finished, and are cut off",
                                file,
                                channel.size() - good);
                channel.truncate(good);
                channel.force(true);
            }
            channel.position(good);
            return new StateLog(file, opener, channel, good);
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /** Where the last whole record ends. */
    private static long read(Path file, Map<String, byte[]> states) throws IOException {
        var size = Files.size(file);
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            if (!StateRecord.isMark(in.readNBytes(StateRecord.MARK_BYTES))) {
                throw damaged(file, 0);
            }
            var at = (long) StateRecord.MARK_BYTES;
            while (size - at >= StateRecord.HEADER_BYTES) {
                var header = ByteBuffer.wrap(in.readNBytes(StateRecord.HEADER_BYTES));
                var bytes = StateRecord.length(header);
                if (bytes < 0) {
                    // Some file systems leave zeros where a write did not get to, be it within the header. No record
                    // begins with zeros behind its header, so what is damaged there is not taken for that.
                    if (isBlank(in)) {
                        return at;
                    }
                    throw damaged(file, at);
                }
                var end = at + StateRecord.HEADER_BYTES + bytes;
                if (end > size) {
                    return at;
                }
                var changes = in.readNBytes(bytes);
                if (!StateRecord.isWhole(header, changes)) {
                    if (isBlank(in)) {
                        return at;
                    }
                    throw damaged(file, at);
                }
                StateRecord.apply(changes, states);
                at = end;
            }
            return at;
        }
    }

    private static boolean isBlank(InputStream in) throws IOException {
        for (var next = in.read(); next >= 0; next = in.read()) {
            if (next != 0) {
                return false;
            }
        }
        return true;
    }

    private static IOException damaged(Path file, long at) {
        return new IOException("state file " + file + " is damaged at byte " + at
                + "; put back a copy of it, or move it away to begin without its states");
    }

    /** Stores changes; when it throws, none of them is stored, now or later. */
    void append(List<Change> changes) throws IOException {
        var record = StateRecord.of(changes);
        var bytes = record.remaining();
        try {
            while (record.hasRemaining()) {
                channel.write(record);
            }
            channel.force(false);
            length += bytes;
        } catch (IOException failed) {
            undo(failed);
            throw failed;
        }
    }

    private void undo(IOException why) throws IOException {
        try {
            channel.truncate(length);
            channel.force(true);
        } catch (IOException notUndone) {
            why.addSuppressed(notUndone);
        }
    }

    /** Cuts off what a failed {@link #append} may have left. */
    void restore() throws IOException {
        channel.truncate(length);
        channel.force(true);
        channel.position(length);
    }

    /**
     * Writes the file anew when most of it is out of date; the states are as before, whatever happens. After a failure it
     * is tried again once the file is twice as long, as each try writes all states while commits wait.
     */
    void compactIfWorthIt(Map<String, byte[]> states, long liveBytes) throws IOException {
        if (length < COMPACT_MIN_BYTES || length < COMPACT_RATIO * liveBytes || length < notAnewBelow) {
            return;
        }
        notAnewBelow = 2 * length;
        var fresh = replace(file, states, opener);
        notAnewBelow = 0;
        var old = channel;
        channel = fresh.channel;
        length = fresh.length;
        old.close();
    }

    /** The file that is at its place now, still open: nothing that could fail comes after the renaming. */
    private static StateLog replace(Path file, Map<String, byte[]> states, Opener opener) throws IOException {
        var beside = file.resolveSibling(file.getFileName() + ".new");
        var out = opener.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try {
            write(out, StateRecord.mark());
            for (var part : StateRecord.parts(states)) {
                write(out, StateRecord.of(part));
            }
            out.force(true);
            var fresh = new StateLog(file, opener, out, out.position());
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncFolder(file);
            return fresh;
        } catch (IOException | RuntimeException failed) {
            discard(beside, out, failed);
            throw failed;
        }
    }

    /** On a full disk it would hold the bytes that the next commit needs. */
    private static void discard(Path beside, FileChannel out, Exception why) {
        try (out) {
            Files.deleteIfExists(beside);
        } catch (IOException stays) {
            why.addSuppressed(stays);
        }
    }

    private static void syncFolder(Path file) {
        try (var folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException notOnThisSystem) {
            LOG.atDebug().setCause(notOnThisSystem).log("the folder of {} can't be synced", file);
        }
    }

    private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    void close() throws IOException {
        channel.close();
    }
}

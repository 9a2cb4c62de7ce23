package dev.sluice.trigger.object;

import dev.sluice.cloudevents.EventData;
import dev.sluice.cloudevents.WireEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** A folder. */
final class FolderPlace implements Place {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final HexFormat HEX = HexFormat.of();
    /** As long as each. */
    private static final String ANY_DIGEST = "sha-256:" + "0".repeat(64);

    private final Disk disk;
    private final FolderSpec spec;
    private final Patterns patterns;
    private final EventForm form;
    private final IntSupplier eventBytesMax;
    private final Tally tally;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    /** @param eventBytesMax the largest event that the topic takes, as far as it is known */
    FolderPlace(Disk disk, FolderSpec spec, EventForm form, IntSupplier eventBytesMax, Tally tally) {
        this.disk = disk;
        this.spec = spec;
        this.patterns = new Patterns(spec.include(), spec.exclude());
        this.form = form;
        this.eventBytesMax = eventBytesMax;
        this.tally = tally;
    }

    @Override
    public Pass pass(@Nullable String after) throws IOException {
        try {
            return new Walk(disk, spec, patterns, tally);
        } catch (IOException e) {
            throw new IOException("folder '" + spec.dir() + "' can't be read: " + Problems.text(e), e);
        }
    }

    @Override
    public @Nullable WireEvent event(Seen seen, boolean changed) {
        return event(seen, changed, Names.resolve(spec.dir(), seen.path()));
    }

    /** Whether the file's content goes with its event. */
    boolean carries(Seen seen) {
        return seen.size() <= spec.contentBytesMax();
    }

    /**
     * The event of a version that is there, or elsewhere by now.
     *
     * @param at where the file is
     */
    @Nullable
    WireEvent event(Seen seen, boolean changed, Path at) {
        try {
            var carried = spec.contentBytesMax() > 0 && carries(seen) ? new ByteArrayOutputStream() : null;
            var digest = spec.digest() || carried != null ? read(seen, at, carried) : null;
            if ((digest != null || carried != null) && !rests(seen, at)) {
                tally.count(Outcome.CHANGED, "'" + at + "' changed while it was read, and is read again");
                return null;
            }
            return sized(seen, changed, at, spec.digest() ? digest : null, carried);
        } catch (ClosedByInterruptException stopped) {
            return null;
        } catch (NoSuchFileException gone) {
            tally.count(Outcome.GONE, "'" + at + "' was gone before it could be read");
        } catch (IOException e) {
            tally.count(Outcome.UNREADABLE, "'" + at + "' can't be read: " + Problems.text(e));
        }
        return null;
    }

    private boolean rests(Seen seen, Path at) throws IOException {
        var facts = disk.facts(at, true);
        return seen.sameVersion(facts.size(), facts.modifiedNanos());
    }

    /** Reads a file, of which no more than its content's limit is kept. */
    private String read(Seen seen, Path at, @Nullable ByteArrayOutputStream content) throws IOException {
        var sha256 = Fingerprint.sha256();
        try (var in = disk.read(at)) {
            var left = seen.size() + 1;
            for (var count = in.read(buffer); count > 0 && left > 0; count = in.read(buffer)) {
                sha256.update(buffer, 0, count);
                left -= count;
                if (content != null) {
                    content.write(buffer, 0, count);
                }
            }
        }
        return "sha-256:" + HEX.formatHex(sha256.digest());
    }

    private @Nullable WireEvent sized(
            Seen seen, boolean changed, Path at, @Nullable String digest, @Nullable ByteArrayOutputStream content) {
        var reference = at.equals(Names.resolve(spec.dir(), seen.path()))
                ? Names.uri(spec.dir(), seen.path())
                : at.toUri().toString();
        var bytes = content == null ? null : EventData.of(content.toByteArray());
        var facts = new EventForm.Facts(seen, reference, ContentTypes.of(Names.text(seen.path())), digest, bytes);
        var event = form.event(facts, changed, spec.contentBytesMax() > 0);
        return fits(event.sizeBytes(), at) ? event : null;
    }

    private boolean fits(long size, Path file) {
        var max = eventBytesMax.getAsInt();
        if (size > max) {
            tally.count(
                    Outcome.TOO_LARGE,
                    "the event of '" + file + "' has " + size + " bytes, and its topic takes " + max);
        }
        return size <= max;
    }

    /**
     * Whether the topic takes the event of a file that nobody writes on, which is known without reading it. Counted when
     * it does not.
     *
     * @param at where the file is when it is told
     * @param shown where it is now
     */
    boolean fits(Seen seen, Path at, Path shown) {
        var digest = spec.digest() ? ANY_DIGEST : null;
        var type = ContentTypes.of(Names.text(seen.path()));
        var facts = new EventForm.Facts(seen, at.toUri().toString(), type, digest, null);
        var bare = form.event(facts, false, spec.contentBytesMax() > 0).sizeBytes();
        var content = spec.contentBytesMax() > 0 && carries(seen) ? seen.size() : 0;
        return fits(bare + content, shown);
    }
}

package dev.sluice.trigger.object;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pass over a folder. Holds one open folder for each level that it is deep in, and nothing of what it has passed, so
 * that its memory does not grow with the number of files.
 */
final class Walk implements Pass {
    private static final int DEPTH_MAX = 64;

    private final Disk disk;
    private final FolderSpec spec;
    private final Patterns patterns;
    private final Tally tally;
    private final Deque<Level> levels = new ArrayDeque<>();
    /** Where files are moved to, which is not looked at; null when they are not. */
    private final @Nullable Path away;

    private boolean complete = true;

    /**
     * A folder on the way.
     *
     * @param prefix of the paths in it: empty, or ends in a slash
     * @param key what the folder is known by; null when the file system does not say
     */
    private record Level(
            Disk.Folder folder,
            Path path,
            String prefix,
            @Nullable Object key) {}

    /** @throws IOException when the folder can't be listed */
    Walk(Disk disk, FolderSpec spec, Patterns patterns, Tally tally) throws IOException {
        this.disk = disk;
        this.spec = spec;
        this.patterns = patterns;
        this.tally = tally;
        this.away = spec.moveTo();
        var facts = disk.facts(spec.dir(), true);
        levels.push(new Level(disk.list(spec.dir()), spec.dir(), "", facts.key()));
    }

    @Override
    public @Nullable Seen next() throws IOException {
        for (var level = levels.peek(); level != null; level = levels.peek()) {
            var entry = entry(level);
            if (entry == null) {
                levels.pop().folder().close();
                continue;
            }
            var seen = look(level, entry);
            if (seen != null) {
                return seen;
            }
        }
        return null;
    }

    /** The next of the folder; null when there is none, or it can't be read on. */
    private @Nullable Path entry(Level level) {
        try {
            return level.folder().hasNext() ? level.folder().next() : null;
        } catch (DirectoryIteratorException e) {
            unreadable(level.path(), Objects.requireNonNull(e.getCause()));
            return null;
        }
    }

    private @Nullable Seen look(Level level, Path entry) {
        var name = Names.encoded(entry);
        if (!spec.hidden() && name.startsWith(".")) {
            return null;
        }
        var path = level.prefix() + name;
        try {
            var facts = disk.facts(entry, spec.links());
            return switch (facts.kind()) {
                case FILE ->
                    patterns.take(Names.text(path)) ? new Seen(path, facts.size(), facts.modifiedNanos(), "") : null;
                case FOLDER -> {
                    enter(entry, path, facts);
                    yield null;
                }
                case LINK, OTHER -> null;
            };
        } catch (NoSuchFileException gone) {
            // Between the folder's list and this look, or a link that leads nowhere: nothing was missed.
            return null;
        } catch (IOException e) {
            if (spec.links() && isLink(entry)) {
                tally.count(Outcome.LOOP, "'" + entry + "' is a link that can't be followed: " + Problems.text(e));
            } else {
                unreadable(entry, e);
            }
            return null;
        }
    }

    private boolean isLink(Path entry) {
        try {
            return disk.facts(entry, false).kind() == Disk.Kind.LINK;
        } catch (IOException e) {
            return false;
        }
    }

    private void enter(Path folder, String path, Disk.Facts facts) throws IOException {
        var passed = folder.equals(away) || folder.endsWith(Mover.TRASH);
        if (!spec.subfolders() || passed || patterns.passOver(Names.text(path))) {
            return;
        }
        var key = facts.key();
        if (key != null && levels.stream().anyMatch(level -> key.equals(level.key()))) {
            tally.count(Outcome.LOOP, "'" + folder + "' leads back to a folder above it, and is not entered");
        } else if (levels.size() >= DEPTH_MAX) {
            complete = false;
            tally.count(Outcome.TOO_DEEP, "'" + folder + "' is deeper than " + DEPTH_MAX + " folders");
        } else {
            levels.push(new Level(disk.list(folder), folder, path + "/", key));
        }
    }

    private void unreadable(Path path, IOException why) {
        complete = false;
        tally.count(Outcome.UNREADABLE, "'" + path + "' can't be read: " + Problems.text(why));
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    @Override
    public void close() throws IOException {
        for (var level = levels.poll(); level != null; level = levels.poll()) {
            level.folder().close();
        }
    }
}

package dev.sluice.trigger.object;

import dev.sluice.broker.Control.Change;
import dev.sluice.cloudevents.WireEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes files away without losing one to a crash. First it is stored which files are about to be moved; then they are
 * moved, each in one step and to a name that is made of its version; then their events are stored, and that they are
 * moved no more, as one. Whoever goes on after a crash finds a file at either of its two places. Blocks; not for several
 * threads.
 */
final class Mover {
    /** Where files are that are deleted once their events are stored. */
    static final String TRASH = ".sluice";

    private static final String PREFIX = "moving-";
    private static final int VALUE_MAX = 48 * 1024;
    private static final int MOVING_MAX = 2_000;
    private static final int ID_CHARS = 12;
    private static final int HEAD_BYTES = 2 * Long.BYTES + Short.BYTES;

    private final Disk disk;
    private final FolderSpec spec;
    private final FolderPlace place;
    private final Tally tally;
    private final Path target;
    private final Fingerprint fingerprint = new Fingerprint();
    private final List<Seen> moving = new ArrayList<>();
    private int states;

    Mover(Disk disk, FolderSpec spec, FolderPlace place, Tally tally) {
        this.disk = disk;
        this.spec = spec;
        this.place = place;
        this.tally = tally;
        this.target = target(spec);
    }

    /** The folder that files are moved to. */
    static Path target(FolderSpec spec) {
        var moveTo = spec.moveTo();
        return moveTo == null ? spec.dir().resolve(TRASH) : moveTo;
    }

    /** Goes on where another one stopped. */
    void load(Map<String, byte[]> stored) {
        stored.forEach((key, value) -> {
            if (key.startsWith(PREFIX)) {
                states = Math.max(states, 1 + Integer.parseInt(key.substring(PREFIX.length())));
                decode(ByteBuffer.wrap(value));
            }
        });
    }

    /** Whether this file is to be taken away. */
    boolean takes(Seen seen) {
        return spec.done() == FolderSpec.Done.MOVE || (spec.done() == FolderSpec.Done.DELETE && place.carries(seen));
    }

    /** Whether there are files that it is stored of that they are about to be moved. */
    boolean isMoving() {
        return !moving.isEmpty();
    }

    /** Whether it has room for more: not when so many could be moved and not be read. */
    boolean hasRoom(int files) {
        return moving.size() + files <= MOVING_MAX;
    }

    /** What is to be stored before these files are moved. */
    List<Change> begin(List<Seen> files) {
        moving.addAll(files);
        return encoded();
    }

    private List<Change> encoded() {
        var changes = new ArrayList<Change>();
        var value = ByteBuffer.allocate(VALUE_MAX);
        for (var file : moving) {
            var path = file.path().getBytes(StandardCharsets.UTF_8);
            if (value.remaining() < HEAD_BYTES + path.length) {
                changes.add(Change.put(PREFIX + changes.size(), taken(value)));
            }
            value.putLong(file.size())
                    .putLong(file.modifiedNanos())
                    .putShort((short) path.length)
                    .put(path);
        }
        if (value.position() > 0) {
            changes.add(Change.put(PREFIX + changes.size(), taken(value)));
        }
        var needed = changes.size();
        for (var surplus = needed; surplus < states; surplus++) {
            changes.add(Change.remove(PREFIX + surplus));
        }
        states = needed;
        return changes;
    }

    private static byte[] taken(ByteBuffer value) {
        var bytes = new byte[value.position()];
        value.flip().get(bytes);
        value.clear();
        return bytes;
    }

    private void decode(ByteBuffer value) {
        while (value.hasRemaining()) {
            var size = value.getLong();
            var modified = value.getLong();
            var path = new byte[Short.toUnsignedInt(value.getShort())];
            value.get(path);
            moving.add(new Seen(new String(path, StandardCharsets.UTF_8), size, modified, ""));
        }
    }

    /**
     * Moves the files, and makes their events. A file that is gone, or can't be moved, is given up: if it is there, the
     * next pass sees it. One that was moved and can't be read stays on the list.
     */
    List<Moved> move() {
        var moved = new ArrayList<Moved>(moving.size());
        var left = new ArrayList<Seen>();
        for (var file : moving) {
            var at = placeOf(file);
            if (isThere(file, at)) {
                var event = event(file, at);
                if (event != null) {
                    moved.add(new Moved(file, at, event));
                } else {
                    left.add(file);
                }
            }
        }
        moving.clear();
        moving.addAll(left);
        return moved;
    }

    /**
     * A file that was moved.
     *
     * @param at where it is
     */
    record Moved(Seen file, Path at, WireEvent event) {}

    /** What is to be stored together with the events: these are moved no more. */
    List<Change> end() {
        return encoded();
    }

    /** Where a version goes: the same file each time, and another one for another version. */
    Path placeOf(Seen file) {
        var slash = file.path().lastIndexOf('/');
        var folder = Names.resolve(target, file.path().substring(0, slash + 1));
        var name = String.valueOf(
                Names.resolve(target, file.path().substring(slash + 1)).getFileName());
        var id = fingerprint.id(file).substring(0, ID_CHARS);
        var dot = name.lastIndexOf('.');
        return folder.resolve(dot <= 0 ? name + "." + id : name.substring(0, dot) + "." + id + name.substring(dot));
    }

    private boolean isThere(Seen file, Path at) {
        var from = Names.resolve(spec.dir(), file.path());
        var before = facts(from);
        if (before != null && file.sameVersion(before.size(), before.modifiedNanos())) {
            return move(from, at);
        }
        if (facts(at) != null) {
            return true;
        }
        if (before == null) {
            tally.count(Outcome.GONE, "'" + from + "' was gone before it could be moved");
        } else {
            tally.count(Outcome.CHANGED, "'" + from + "' changed before it could be moved");
        }
        return false;
    }

    private Disk.@Nullable Facts facts(Path file) {
        try {
            return disk.facts(file, false);
        } catch (IOException notThere) {
            return null;
        }
    }

    private boolean move(Path from, Path at) {
        try {
            disk.move(from, at);
            return true;
        } catch (NoSuchFileException gone) {
            tally.count(Outcome.GONE, "'" + from + "' was gone before it could be moved");
        } catch (IOException e) {
            tally.count(Outcome.NOT_MOVED, "'" + from + "' can't be moved to '" + at + "': " + Problems.text(e));
        }
        return false;
    }

    /**
     * The event of a file that is there for good: one that is written on by who still has it open is told as it is now.
     */
    private @Nullable WireEvent event(Seen file, Path at) {
        for (var tries = 0; tries < 3; tries++) {
            try {
                var facts = disk.facts(at, false);
                var now = new Seen(file.path(), facts.size(), facts.modifiedNanos(), "");
                var event = place.event(now, false, at);
                if (event != null) {
                    return event;
                }
            } catch (IOException e) {
                tally.count(Outcome.UNREADABLE, "'" + at + "' can't be read: " + Problems.text(e));
                return null;
            }
        }
        return null;
    }

    /** Deletes what was told, if that is what is to be done with it. Failing that, {@link #emptyTrash} does. */
    void stored(List<Moved> moved) {
        if (spec.done() == FolderSpec.Done.DELETE) {
            moved.forEach(each -> delete(each.at()));
        }
    }

    /** Deletes what an engine that has ended left to be deleted. */
    void emptyTrash() {
        if (spec.done() != FolderSpec.Done.DELETE || facts(target) == null) {
            return;
        }
        var needed = new HashSet<Path>();
        moving.forEach(file -> needed.add(placeOf(file)));
        var all = FolderSpec.everything(target);
        try (var walk = new Walk(disk, all, new Patterns(List.of(), List.of()), tally)) {
            for (var file = walk.next(); file != null; file = walk.next()) {
                var at = Names.resolve(target, file.path());
                if (!needed.contains(at)) {
                    delete(at);
                }
            }
        } catch (IOException e) {
            tally.count(Outcome.UNREADABLE, "'" + target + "' can't be read: " + Problems.text(e));
        }
    }

    private void delete(Path file) {
        try {
            disk.delete(file);
        } catch (IOException e) {
            tally.count(Outcome.NOT_MOVED, "'" + file + "' can't be deleted: " + Problems.text(e));
        }
    }
}

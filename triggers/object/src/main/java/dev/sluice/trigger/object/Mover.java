package dev.sluice.trigger.object;

import dev.sluice.broker.Control.Change;
import dev.sluice.cloudevents.WireEvent;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
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
    /** The folder in which each trigger has one for files that are deleted once their events are stored. */
    static final String TRASH = ".sluice";

    private static final int MOVING_MAX = 2_000;
    private static final int ID_CHARS = 12;

    private final Disk disk;
    private final FolderSpec spec;
    private final FolderPlace place;
    private final Tally tally;
    private final Path target;
    private final Fingerprint fingerprint = new Fingerprint();
    private final FileList moving = new FileList("moving-");
    /** Those whose events are stored. */
    private final FileList deleting = new FileList("deleting-");

    /** @param trigger whose files these are: others may take files from the same folder */
    Mover(String trigger, Disk disk, FolderSpec spec, FolderPlace place, Tally tally) {
        this.disk = disk;
        this.spec = spec;
        this.place = place;
        this.tally = tally;
        var moveTo = spec.moveTo();
        this.target = moveTo == null ? spec.dir().resolve(TRASH).resolve(trigger) : moveTo;
    }

    /** Goes on where another one stopped. */
    void load(Map<String, byte[]> stored) {
        moving.load(stored);
        deleting.load(stored);
    }

    /** Whether this file is to be taken away. */
    boolean takes(Seen seen) {
        return spec.done() == FolderSpec.Done.MOVE || (spec.done() == FolderSpec.Done.DELETE && place.carries(seen));
    }

    /** Whether its event will fit, so that it does not get stuck where it is moved to. Counted when it will not. */
    boolean fits(Seen seen) {
        return place.fits(seen, placeOf(seen), Names.resolve(spec.dir(), seen.path()));
    }

    /** Whether there are files that it is stored of that they are about to be moved. */
    boolean isMoving() {
        return !moving.isEmpty();
    }

    /** Whether it has room for more: not when so many could be moved and not be read, or not be deleted. */
    boolean hasRoom(int files) {
        return moving.size() + deleting.size() + files <= MOVING_MAX;
    }

    /** What is to be stored before these files are moved. */
    List<Change> begin(List<Seen> files) {
        // A version that came again goes to where it was before, and is to be told before it is deleted.
        deleting.remove(files);
        moving.add(files);
        return changes();
    }

    private List<Change> changes() {
        var changes = new ArrayList<>(moving.takeChanges());
        changes.addAll(deleting.takeChanges());
        return changes;
    }

    /**
     * Moves the files, and makes their events. A file that is gone, or can't be moved, is given up: if it is there, the
     * next pass sees it. One that was moved and can't be read stays on the list; one that can't be told as it is by now is
     * put back.
     */
    List<Moved> move() {
        var moved = new ArrayList<Moved>(moving.size());
        var done = new ArrayList<Seen>(moving.size());
        for (var file : moving.files()) {
            var at = placeOf(file);
            if (!isThere(file, at)) {
                done.add(file);
                continue;
            }
            var event = event(file, at);
            if (event != null) {
                moved.add(new Moved(file, event));
                done.add(file);
            } else if (isPutBack(file, at)) {
                done.add(file);
            }
        }
        moving.remove(done);
        return moved;
    }

    /** A file that was moved. */
    record Moved(Seen file, WireEvent event) {}

    /** What is to be stored together with the events: these are moved no more, and may be deleted. */
    List<Change> end(List<Moved> moved) {
        if (spec.done() == FolderSpec.Done.DELETE) {
            deleting.add(moved.stream().map(Moved::file).toList());
        }
        return changes();
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
                var event = isWhole(now) ? place.event(now, false, at) : null;
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

    /** Whether nothing is lost when the file is told as it is now. */
    private boolean isWhole(Seen now) {
        return spec.done() != FolderSpec.Done.DELETE || place.carries(now);
    }

    /** Puts a file back that grew, or whose topic takes less by now, unless another one has come in its place. */
    private boolean isPutBack(Seen file, Path at) {
        var facts = facts(at);
        var from = Names.resolve(spec.dir(), file.path());
        if (facts == null || facts(from) != null) {
            return false;
        }
        var now = new Seen(file.path(), facts.size(), facts.modifiedNanos(), "");
        return !(isWhole(now) && place.fits(now, at, at)) && move(at, from);
    }

    /** Deletes what was told, if that is what is to be done with it. */
    void stored() {
        emptyTrash();
    }

    /**
     * Deletes the files that it is stored of that they are to be deleted, and nothing else: beside them may be some whose
     * events are still to be stored, whoever is about to do so. What can't be deleted stays on the list.
     */
    void emptyTrash() {
        deleting.remove(
                deleting.files().stream().filter(file -> delete(placeOf(file))).toList());
    }

    /** Tries again to delete what could not be, and says what is to be stored of it. */
    List<Change> tidied() {
        emptyTrash();
        return deleting.takeChanges();
    }

    /** Whether the file is not there any more. */
    private boolean delete(Path file) {
        try {
            disk.delete(file);
            return true;
        } catch (NoSuchFileException gone) {
            return true;
        } catch (IOException e) {
            tally.count(Outcome.NOT_MOVED, "'" + file + "' can't be deleted: " + Problems.text(e));
            return false;
        }
    }
}

package dev.sluice.server.manifest;

import dev.sluice.server.manifest.TriggerManifest.Objects;
import dev.sluice.trigger.object.FolderSpec;
import dev.sluice.trigger.object.FolderSpec.Done;
import dev.sluice.trigger.object.ObjectSpec;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code spec.object} of a Trigger. */
final class ObjectReader {
    private static final Duration POLL_MIN = Duration.ofMillis(100);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration YEAR = Duration.ofDays(365);
    private static final int OBJECTS_MAX = 5_000_000;
    private static final int CONTENT_MAX = 16 << 20;

    private final Section object;
    private final Path folder;
    private final boolean inMemory;
    private final Variables variables;

    /**
     * @param folder that relative paths start from
     * @param inMemory whether the events' broker keeps them in memory
     * @param variables that a bucket's keys are filled from
     */
    ObjectReader(Section object, Path folder, boolean inMemory, Variables variables) {
        this.object = object;
        this.folder = folder;
        this.inMemory = inMemory;
        this.variables = variables;
    }

    /** What is watched; null, with mistakes told, when that is not clear. */
    @Nullable
    Objects read(String trigger, String topic) {
        var ofBucket = object.has("s3");
        var standard = ofBucket ? ObjectSpec.OF_BUCKETS : ObjectSpec.DEFAULT;
        if (ofBucket && object.has("dir")) {
            object.mistake("dir", "is one too many: objects are of a dir, or of s3");
            object.value("dir");
        }
        var spec = new ObjectSpec(
                trigger,
                topic,
                object.duration("poll", standard.poll(), POLL_MIN, HOUR),
                ofBucket ? Duration.ZERO : object.duration("settle", standard.settle(), Duration.ZERO, HOUR),
                object.duration("remember", standard.remember(), Duration.ZERO, YEAR),
                object.whole("objects-max", standard.objectsMax(), 1, OBJECTS_MAX));
        var objects = ofBucket ? bucket(spec) : files(spec);
        object.end();
        return objects;
    }

    private @Nullable Objects files(ObjectSpec spec) {
        var files = folder();
        return files == null ? null : new Objects(spec, files, null);
    }

    private @Nullable Objects bucket(ObjectSpec spec) {
        var section = object.section("s3");
        var bucket = section == null ? null : new BucketReader(section, variables).read();
        return bucket == null ? null : new Objects(spec, null, bucket);
    }

    private @Nullable FolderSpec folder() {
        var before = object.mistakes().count();
        var dir = path(object, "dir", object.required("dir", "the folder whose files have events"));
        var include = Patterns.included(object);
        var exclude = Patterns.at(object, "exclude");
        var subfolders = object.flag("subfolders", true);
        var hidden = object.flag("hidden", false);
        var links = object.flag("links", false);
        var digest = object.flag("digest", true);
        var content = (int) Math.min(CONTENT_MAX + 1L, object.bytes("content", 0, 1));
        if (content > CONTENT_MAX) {
            object.mistake("content", "must be 16MiB at most: larger files are read where dataref says");
        }
        var after = done();
        if (after != null && after.done() == Done.DELETE && content == 0) {
            object.mistake(
                    "done", "deletes files, so their events must carry them: write content, such as content: 64KiB");
        }
        if (object.mistakes().count() > before || dir.isEmpty() || after == null) {
            return null;
        }
        return new FolderSpec(
                dir.get(), include, exclude, subfolders, hidden, links, digest, content, after.done(), after.moveTo());
    }

    /** What becomes of files. */
    private record After(Done done, @Nullable Path moveTo) {}

    private @Nullable After done() {
        var after = object.value("done") instanceof Value.Fields ? moved() : named();
        if (after != null && after.done() != Done.KEEP && inMemory) {
            object.mistakeWithoutValue(
                    "done",
                    "must be keep with a broker that keeps events in memory: a file that was taken away would be lost"
                            + " with its event when the process ends");
        }
        return after;
    }

    private @Nullable After moved() {
        var section = object.section("done");
        if (section == null) {
            return null;
        }
        var target = path(section, "move", section.required("move", "the folder that files go to"));
        section.end();
        return target.map(to -> new After(Done.MOVE, to)).orElse(null);
    }

    private @Nullable After named() {
        var word = object.text("done").orElse("keep");
        return switch (word) {
            case "keep" -> new After(Done.KEEP, null);
            case "delete" -> new After(Done.DELETE, null);
            default -> {
                object.mistake("done", "must be keep, delete, or a map such as {move: done/}");
                yield null;
            }
        };
    }

    private Optional<Path> path(Section section, String key, String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(folder.resolve(text).toAbsolutePath().normalize());
        } catch (InvalidPathException e) {
            section.mistake(key, "is no path: " + e.getReason());
            return Optional.empty();
        }
    }
}

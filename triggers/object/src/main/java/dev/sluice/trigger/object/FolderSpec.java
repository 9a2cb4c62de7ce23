package dev.sluice.trigger.object;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which files of a folder have events, and what becomes of them. Immutable.
 *
 * @param dir the folder, absolute
 * @param include patterns of which one must match; none: all files
 * @param exclude patterns of which none may match
 * @param subfolders whether files of folders in it are meant
 * @param hidden whether names that begin with a dot are meant
 * @param links whether links are followed; otherwise what they lead to is not meant
 * @param digest whether files are read for their SHA-256
 * @param contentBytesMax files up to this size are their event's data; 0: no file is
 * @param done what becomes of a file
 * @param moveTo where files go, absolute; null unless {@code done} is {@link Done#MOVE}
 */
public record FolderSpec(
        Path dir,
        List<String> include,
        List<String> exclude,
        boolean subfolders,
        boolean hidden,
        boolean links,
        boolean digest,
        int contentBytesMax,
        Done done,
        @Nullable Path moveTo) {
    /** What becomes of a file whose event is stored. */
    public enum Done {
        /** It stays where it is. */
        KEEP,
        /** It is in another folder before its event is stored, which refers to it there. */
        MOVE,
        /** It is deleted once its event, which carries its content, is stored. */
        DELETE
    }

    /** Checks that paths are absolute, and that what is done with files is complete. */
    public FolderSpec {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        if (!dir.isAbsolute() || (moveTo != null && !moveTo.isAbsolute())) {
            throw new IllegalArgumentException("dir '" + dir + "' and move '" + moveTo + "' must be absolute");
        }
        if ((done == Done.MOVE) != (moveTo != null)) {
            throw new IllegalArgumentException("done '" + done + "' and move '" + moveTo + "' do not fit together");
        }
        if (done == Done.DELETE && contentBytesMax == 0) {
            throw new IllegalArgumentException("done: delete needs content: a deleted file can't be read any more");
        }
        if (contentBytesMax < 0) {
            throw new IllegalArgumentException("content '" + contentBytesMax + "' must not be negative");
        }
        new Patterns(include, exclude);
    }

    /** What is wrong with a pattern, as a rule that it breaks; empty when nothing is. */
    public static String mistakeOf(String pattern) {
        try {
            Patterns.compile(pattern);
            return "";
        } catch (IllegalArgumentException wrong) {
            return "must be a pattern such as *.csv or 2024/**/*.{csv,json}";
        }
    }

    /** Every visible file of the folder and the folders in it, told by its description, and kept. */
    public static FolderSpec of(Path dir) {
        return new FolderSpec(
                dir.toAbsolutePath().normalize(), List.of(), List.of(), true, false, false, true, 0, Done.KEEP, null);
    }
}

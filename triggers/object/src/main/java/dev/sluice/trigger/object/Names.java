package dev.sluice.trigger.object;

import java.net.URI;
import java.nio.file.Path;

/**
 * Paths as text: percent-encoded, since a file's name is bytes that need not be text in any encoding, and may hold what
 * no attribute of an event may.
 */
final class Names {
    private Names() {}

    /** The last name of the path, percent-encoded. */
    static String encoded(Path file) {
        var name = String.valueOf(file.getFileName());
        return isPlain(name) ? name : lastSegment(file.toUri().getRawPath());
    }

    private static String lastSegment(String path) {
        var end = path.endsWith("/") ? path.length() - 1 : path.length();
        return path.substring(path.lastIndexOf('/', end - 1) + 1, end);
    }

    /** Whether it stands for itself in a URI. */
    private static boolean isPlain(String name) {
        for (var i = 0; i < name.length(); i++) {
            var c = name.charAt(i);
            var plain = Character.isLetterOrDigit(c) ? c < 128 : "-._~".indexOf(c) >= 0;
            if (!plain) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /** The text that a percent-encoded path stands for; the path itself when that would be no text. */
    static String text(String encoded) {
        if (encoded.indexOf('%') < 0) {
            return encoded;
        }
        var text = URI.create("/" + encoded).getPath().substring(1);
        var bad = text.codePoints()
                .anyMatch(point -> point == 0xFFFD
                        || Character.isISOControl(point)
                        || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE));
        return bad ? encoded : text;
    }

    /** The file at a percent-encoded path of the folder. */
    static Path resolve(Path folder, String encoded) {
        if (encoded.indexOf('%') < 0) {
            return folder.resolve(encoded);
        }
        return Path.of(URI.create(uri(folder, encoded)));
    }

    /** The URI of the file at a percent-encoded path of the folder. */
    static String uri(Path folder, String encoded) {
        var base = folder.toUri().toString();
        return (base.endsWith("/") ? base : base + "/") + encoded;
    }
}

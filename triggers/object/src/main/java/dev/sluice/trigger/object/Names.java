package dev.sluice.trigger.object;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Paths as text: percent-encoded, since a file's name is bytes that need not be text in any encoding, and may hold what
 * no attribute of an event may.
 */
final class Names {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

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

    /** A text of several names, percent-encoded but for its slashes. */
    static String encoded(String text) {
        if (isPlain(text.replace("/", ""))) {
            return text;
        }
        var encoded = new StringBuilder(text.length() + 16);
        for (var one : text.getBytes(StandardCharsets.UTF_8)) {
            var c = (char) (one & 0xFF);
            if (c == '/' || (c < 128 && isPlain(String.valueOf(c)))) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.toHexDigits(one));
            }
        }
        return encoded.toString();
    }

    /** The text that a percent-encoded path stands for; the path itself when that would be no text. */
    static String text(String encoded) {
        if (encoded.indexOf('%') < 0) {
            return encoded;
        }
        var bytes = ByteBuffer.allocate(encoded.length());
        for (var i = 0; i < encoded.length(); i++) {
            if (encoded.charAt(i) == '%') {
                bytes.put((byte) Integer.parseInt(encoded, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.put((byte) encoded.charAt(i));
            }
        }
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
            return text.chars().anyMatch(Character::isISOControl) ? encoded : text;
        } catch (CharacterCodingException noText) {
            return encoded;
        }
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

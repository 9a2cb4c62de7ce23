package dev.sluice.trigger.object;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What paths and versions are known by: the first bytes of SHA-256. Of a million paths two have the same 64 bits once in
 * some 37 million folders; their events would then come again with each pass, with the ids that they have, and none
 * would be missing. Not for several threads.
 */
final class Fingerprint {
    private static final int ID_BYTES = 16;
    private static final HexFormat HEX = HexFormat.of();

    private final MessageDigest sha256 = sha256();

    /** A new digest; every Java has this one. */
    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a Java without SHA-256", e);
        }
    }

    /** Of a path; never 0. */
    long path(String path) {
        return first(sha256.digest(path.getBytes(StandardCharsets.UTF_8)));
    }

    /** Of a version of an object; never 0. */
    long version(Seen seen) {
        return first(digest(seen));
    }

    /** The id of the event of a version: the same whenever, and by whomever, it is made. */
    String id(Seen seen) {
        return HEX.formatHex(Arrays.copyOf(digest(seen), ID_BYTES));
    }

    private byte[] digest(Seen seen) {
        var text = seen.path() + '\n' + seen.size() + '\n' + seen.modifiedNanos() + '\n' + seen.tag();
        return sha256.digest(text.getBytes(StandardCharsets.UTF_8));
    }

    private static long first(byte[] digest) {
        var bits = ByteBuffer.wrap(digest).getLong();
        return bits == 0 ? 1 : bits;
    }
}

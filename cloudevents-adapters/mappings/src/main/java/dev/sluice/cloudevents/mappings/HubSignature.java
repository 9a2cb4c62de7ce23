package dev.sluice.cloudevents.mappings;

import dev.sluice.cloudevents.mappings.RefusedPayloadException.Reason;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The signature that GitHub puts on a webhook: HMAC-SHA256 of the body's bytes as they came, under a secret that both
 * sides know. Compared in a time that does not depend on what is compared. Immutable.
 *
 * @see <a href="https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries">Validating deliveries</a>
 */
final class HubSignature {
    static final String HEADER = "X-Hub-Signature-256";
    private static final String PREFIX = "sha256=";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int DIGITS = 64;

    private final SecretKeySpec key;

    /** @param secret at least one byte */
    HubSignature(byte[] secret) {
        this.key = new SecretKeySpec(secret, ALGORITHM);
    }

    /** @throws RefusedPayloadException when the header is missing, malformed or of other bytes or another secret */
    void check(@Nullable String header, byte[] body) {
        if (header == null) {
            throw refused("the header " + HEADER + " is missing: the sender must sign with the secret of this path");
        }
        if (!header.startsWith(PREFIX) || header.length() != PREFIX.length() + DIGITS) {
            throw refused("the header " + HEADER + " must be sha256= and 64 hexadecimal digits");
        }
        byte[] given;
        try {
            given = HexFormat.of().parseHex(header, PREFIX.length(), header.length());
        } catch (IllegalArgumentException notHex) {
            throw refused("the header " + HEADER + " must be sha256= and 64 hexadecimal digits");
        }
        if (!MessageDigest.isEqual(of(body), given)) {
            throw refused("the header " + HEADER + " is not the signature of this body with the secret of this path");
        }
    }

    private byte[] of(byte[] body) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    private static RefusedPayloadException refused(String message) {
        return new RefusedPayloadException(Reason.UNSIGNED, HEADER, message);
    }
}

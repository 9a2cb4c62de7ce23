package dev.sluice.cloudevents.http;

import io.netty.util.NetUtil;
import java.util.Arrays;

/** Addresses that share their first bits, as CIDR writes them; of IPv4 or of IPv6. */
final class AddressBlock {
    private final byte[] first;
    private final int bits;

    private AddressBlock(byte[] first, int bits) {
        this.first = first;
        this.bits = bits;
    }

    /**
     * Reads {@code 10.0.0.0/8}, {@code fc00::/7}, or a single address.
     *
     * @throws IllegalArgumentException when it is none of these
     */
    static AddressBlock of(String cidr) {
        int slash = cidr.indexOf('/');
        String address = slash < 0 ? cidr : cidr.substring(0, slash);
        byte[] bytes = isLiteral(address) ? NetUtil.createByteArrayFromIpAddressString(address) : null;
        if (bytes == null) {
            throw malformed(cidr);
        }
        int bits = slash < 0 ? bytes.length * 8 : prefix(cidr, slash + 1);
        if (bits < 0 || bits > bytes.length * 8) {
            throw malformed(cidr);
        }
        return new AddressBlock(bytes, bits);
    }

    /** Whether the address is one of these; never for one of the other family. */
    boolean contains(byte[] address) {
        if (address.length != first.length) {
            return false;
        }
        int whole = bits / 8;
        if (!Arrays.equals(address, 0, whole, first, 0, whole)) {
            return false;
        }
        int rest = bits % 8;
        return rest == 0 || ((address[whole] ^ first[whole]) & 0xff) >> (8 - rest) == 0;
    }

    /** Netty also takes zones and brackets, which no block has. */
    private static boolean isLiteral(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '.' && c != ':' && Character.digit(c, 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private static int prefix(String cidr, int from) {
        int length = cidr.length() - from;
        if (length < 1 || length > 3) {
            return -1;
        }
        int bits = 0;
        for (int i = from; i < cidr.length(); i++) {
            char c = cidr.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            bits = bits * 10 + c - '0';
        }
        return bits;
    }

    private static IllegalArgumentException malformed(String cidr) {
        return new IllegalArgumentException(
                "address block '" + cidr + "' must be an address and the bits that count, such as 10.0.0.0/8");
    }
}

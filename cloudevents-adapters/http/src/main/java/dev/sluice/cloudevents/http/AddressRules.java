package dev.sluice.cloudevents.http;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses a client connects to. A sink's name is somebody else's text: without rules it could name the machine
 * itself, its neighbours, or the cloud's metadata service. Immutable.
 *
 * <p>Refused are all addresses that are not public: of IPv4 loopback, private, link-local and carrier-grade ranges,
 * multicast, and what IANA reserves (0.0.0.0 among them); of IPv6 whatever is not global unicast, so loopback, link-local,
 * unique local, multicast and unspecified ones, and the documentation and protocol ranges. An IPv6 address that stands for
 * one of IPv4 (mapped, compatible, NAT64, 6to4) is judged as that one.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IANA's special-purpose addresses</a>
 */
public final class AddressRules {
    /** Public addresses alone. */
    public static final AddressRules PUBLIC = new AddressRules(List.of());

    private static final List<AddressBlock> NOT_PUBLIC_4 = blocks(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4");
    private static final AddressBlock GLOBAL_6 = AddressBlock.of("2000::/3");
    private static final List<AddressBlock> NOT_PUBLIC_6 = blocks("2001::/23", "2001:db8::/32", "3fff::/20");

    private static final AddressBlock MAPPED = AddressBlock.of("::ffff:0:0/96");
    private static final AddressBlock COMPATIBLE = AddressBlock.of("::/96");
    private static final AddressBlock NAT64 = AddressBlock.of("64:ff9b::/96");
    private static final AddressBlock SIX_TO_FOUR = AddressBlock.of("2002::/16");
    private static final List<AddressBlock> OF_IPV6_ITSELF = blocks("::/128", "::1/128");

    private final List<AddressBlock> allowed;

    private AddressRules(List<AddressBlock> allowed) {
        this.allowed = allowed;
    }

    /**
     * These rules, with exceptions: every address of the blocks is allowed.
     *
     * @param blocks such as {@code 127.0.0.0/8} or {@code fd00::/8}; a single address stands for itself
     * @throws IllegalArgumentException when one is not like that
     */
    public AddressRules allowing(String... blocks) {
        List<AddressBlock> all = new ArrayList<>(allowed);
        all.addAll(blocks(blocks));
        return new AddressRules(List.copyOf(all));
    }

    /** Whether a client may connect to this address. */
    public boolean allow(InetAddress address) {
        return allow(address.getAddress());
    }

    boolean allow(byte[] address) {
        byte[] inner = embedded(address);
        byte[] judged = inner == null ? address : inner;
        if (contains(allowed, judged)) {
            return true;
        }
        return judged.length == 4
                ? !contains(NOT_PUBLIC_4, judged)
                : GLOBAL_6.contains(judged) && !contains(NOT_PUBLIC_6, judged);
    }

    /** The IPv4 address that one of IPv6 stands for; null when it stands for none. */
    private static byte @Nullable [] embedded(byte[] address) {
        if (address.length == 4 || contains(OF_IPV6_ITSELF, address)) {
            return null;
        }
        if (MAPPED.contains(address) || COMPATIBLE.contains(address) || NAT64.contains(address)) {
            return Arrays.copyOfRange(address, 12, 16);
        }
        return SIX_TO_FOUR.contains(address) ? Arrays.copyOfRange(address, 2, 6) : null;
    }

    private static boolean contains(List<AddressBlock> blocks, byte[] address) {
        for (AddressBlock block : blocks) {
            if (block.contains(address)) {
                return true;
            }
        }
        return false;
    }

    private static List<AddressBlock> blocks(String... cidrs) {
        return Arrays.stream(cidrs).map(AddressBlock::of).toList();
    }
}

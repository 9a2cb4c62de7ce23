package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRulesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.255",
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "100.127.255.255",
                "192.0.0.1",
                "198.18.0.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "192.0.2.1",
                "198.51.100.1",
                "203.0.113.1",
                "::",
                "::1",
                "fe80::1",
                "febf::1",
                "fc00::1",
                "fdff::1",
                "fec0::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "::ffff:a9fe:a9fe",
                "::127.0.0.1",
                "::10.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "2002:7f00:1::",
                "2002:a00:1::1",
                "2001::1",
                "2001:db8::1",
                "3fff::1",
                "100::1",
                "4000::1"
            })
    void refusesWhatIsNotPublic(String address) throws Exception {
        assertThat(AddressRules.PUBLIC.allow(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "126.255.255.255",
                "128.0.0.1",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "192.169.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:4700::1111",
                "2a00:1450:4001::1",
                "2001:200::1",
                "::ffff:1.1.1.1",
                "64:ff9b::101:101",
                "2002:101:101::1"
            })
    void allowsWhatIsPublic(String address) throws Exception {
        assertThat(AddressRules.PUBLIC.allow(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void allowsExceptionsAndNothingBesideThem() throws Exception {
        AddressRules rules =
                AddressRules.PUBLIC.allowing("127.0.0.0/8", "fd12::/16").allowing("10.1.2.3");

        assertThat(rules.allow(InetAddress.getByName("127.1.2.3"))).isTrue();
        assertThat(rules.allow(InetAddress.getByName("fd12::1"))).isTrue();
        assertThat(rules.allow(InetAddress.getByName("10.1.2.3"))).isTrue();
        assertThat(rules.allow(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 127, 0, 0, 1}))
                .isTrue();
        assertThat(rules.allow(InetAddress.getByName("10.1.2.4"))).isFalse();
        assertThat(rules.allow(InetAddress.getByName("fd13::1"))).isFalse();
        assertThat(rules.allow(InetAddress.getByName("::1"))).isFalse();
        assertThat(AddressRules.PUBLIC.allow(InetAddress.getByName("127.0.0.1")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "10.0.0.0/8x",
                "10.0.0/8",
                "::/129",
                "fe80::%1/64",
                "host/8",
                "[::1]/128",
                "10.0.0.0/0008"
            })
    void refusesABlockThatIsNone(String cidr) {
        assertThatThrownBy(() -> AddressRules.PUBLIC.allowing(cidr))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + cidr + "'");
    }

    /** The same verdict in every form that leads to the same machine. */
    @Property(tries = 2_000)
    void anAddressInsideAnotherIsJudgedAsItself(@ForAll @Size(4) byte[] address) {
        boolean verdict = AddressRules.PUBLIC.allow(address);

        assertThat(AddressRules.PUBLIC.allow(wrapped("00000000000000000000ffff", address, "")))
                .isEqualTo(verdict);
        assertThat(AddressRules.PUBLIC.allow(wrapped("0064ff9b0000000000000000", address, "")))
                .isEqualTo(verdict);
        assertThat(AddressRules.PUBLIC.allow(wrapped("2002", address, "00000000000000000000")))
                .isEqualTo(verdict);
    }

    /** What Java itself knows to be special is never allowed. */
    @Property(tries = 3_000)
    void neverAllowsWhatJavaKnowsToBeSpecial(@ForAll("addresses") byte[] address) throws UnknownHostException {
        InetAddress ip = InetAddress.getByAddress(address);
        boolean special = ip.isLoopbackAddress()
                || ip.isAnyLocalAddress()
                || ip.isLinkLocalAddress()
                || ip.isSiteLocalAddress()
                || ip.isMulticastAddress();

        if (special) {
            assertThat(AddressRules.PUBLIC.allow(ip)).as(ip.toString()).isFalse();
        }
    }

    @Property(tries = 1_000)
    void aBlockHoldsWhatSharesItsBitsAndNothingElse(
            @ForAll("addresses") byte[] first, @ForAll("addresses") byte[] other, @ForAll("bits") int bits)
            throws UnknownHostException {
        int length = Math.min(bits, first.length * 8);
        AddressBlock block = AddressBlock.of(InetAddress.getByAddress(first).getHostAddress() + "/" + length);

        boolean same = first.length == other.length
                && new BigInteger(1, first)
                                .xor(new BigInteger(1, other))
                                .shiftRight(first.length * 8 - length)
                                .signum()
                        == 0;
        assertThat(block.contains(first)).isTrue();
        assertThat(block.contains(other)).isEqualTo(same);
    }

    @Provide
    Arbitrary<Integer> bits() {
        return Arbitraries.integers().between(0, 128);
    }

    /** Any, and such as lie in the ranges that matter; mapped ones are IPv4 to Java before they are looked at. */
    @Provide
    Arbitrary<byte[]> addresses() {
        Arbitrary<byte[]> four = Arbitraries.bytes().array(byte[].class).ofSize(4);
        Arbitrary<byte[]> six = Arbitraries.bytes()
                .array(byte[].class)
                .ofSize(16)
                .filter(bytes -> !Arrays.equals(bytes, 0, 12, new byte[12], 0, 12));
        Arbitrary<Byte> firsts = Arbitraries.of((byte) 10, (byte) 127, (byte) 172, (byte) 192, (byte) 169, (byte) 224);
        Arbitrary<byte[]> near = four.flatMap(bytes -> firsts.map(first -> {
            byte[] copy = bytes.clone();
            copy[0] = first;
            return copy;
        }));
        Arbitrary<byte[]> special = six.flatMap(
                bytes -> Arbitraries.of((byte) 0xfe, (byte) 0xff, (byte) 0xfc).map(first -> {
                    byte[] copy = bytes.clone();
                    copy[0] = first;
                    return copy;
                }));
        return Arbitraries.oneOf(four, near, six, special);
    }

    private static byte[] wrapped(String before, byte[] address, String after) {
        byte[] all = new byte[16];
        byte[] head = hex(before);
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(address, 0, all, head.length, address.length);
        System.arraycopy(hex(after), 0, all, head.length + address.length, hex(after).length);
        return all;
    }

    private static byte[] hex(String digits) {
        byte[] bytes = new byte[digits.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }
}

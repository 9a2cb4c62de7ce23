package dev.sluice.cloudevents.http;

import dev.sluice.cloudevents.InvalidEventException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The text of an attribute as a header's value: percent-encoded UTF-8 in printable ASCII, once. */
final class HeaderText {
    private static final String HEX = "0123456789ABCDEF";

    private HeaderText() {}

    /** Encodes what the binding says must be, and nothing else; gives the same string when that is nothing. */
    static String encode(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (mustEncode(value.charAt(i))) {
                return encodeFrom(value, i);
            }
        }
        return value;
    }

    /** Unescapes a quoted string, then decodes percent-encoding, one round of each. */
    static String decode(String name, CharSequence header) {
        String raw =
                header.toString(); // one type from here on: loops over a CharSequence cost a virtual call per character
        boolean encoded = false;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c < 0x20 || c > 0x7e) {
                throw new InvalidEventException(
                        name, raw, "must be printable ASCII, with anything else percent-encoded");
            }
            encoded |= c == '%';
        }
        String text = raw.startsWith("\"") ? unquoted(name, raw) : raw;
        return encoded ? percentDecoded(name, text) : text;
    }

    private static boolean mustEncode(char c) {
        return c <= 0x20 || c == '"' || c == '%' || c > 0x7e;
    }

    private static String encodeFrom(String value, int from) {
        StringBuilder out = new StringBuilder(value.length() + 32).append(value, 0, from);
        int at = from;
        while (at < value.length()) {
            char c = value.charAt(at);
            if (!mustEncode(c)) {
                out.append(c);
                at++;
                continue;
            }
            int end = at;
            while (end < value.length() && mustEncode(value.charAt(end))) {
                end++; // a run at a time, so that both halves of a surrogate pair are encoded as one character
            }
            for (byte b : value.substring(at, end).getBytes(StandardCharsets.UTF_8)) {
                out.append('%').append(HEX.charAt((b >> 4) & 15)).append(HEX.charAt(b & 15));
            }
            at = end;
        }
        return out.toString();
    }

    private static String unquoted(String name, String raw) {
        StringBuilder out = new StringBuilder(raw.length());
        for (int at = 1; at < raw.length(); at++) {
            char c = raw.charAt(at);
            if (c == '"') {
                if (at == raw.length() - 1) {
                    return out.toString();
                }
                break;
            }
            if (c == '\\' && ++at == raw.length()) {
                break;
            }
            out.append(raw.charAt(at));
        }
        throw new InvalidEventException(name, raw, "must end its quoted string where the header ends");
    }

    private static String percentDecoded(String name, String text) {
        byte[] bytes = new byte[text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                bytes[length++] = (byte) c;
                continue;
            }
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
            if (low < 0) {
                throw new InvalidEventException(name, text, "must have two hexadecimal digits behind each %");
            }
            bytes[length++] = (byte) ((high << 4) | low);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw new InvalidEventException(name, text, "must be UTF-8 when percent-decoded");
        }
    }
}

package dev.sluice.server.manifest;

import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers of bytes as people write them: plain, or with {@code KiB}, {@code MiB} or {@code GiB}. */
public final class Bytes {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,15})\\s?([KMG]i?B?)?");

    private Bytes() {}

    /** The number; empty when the text is none. */
    public static Optional<Long> parse(String text) {
        var match = TEXT.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        var count = Long.parseLong(match.group(1));
        var unit = match.group(2) == null ? "" : match.group(2);
        if (!unit.isEmpty() && !unit.contains("i")) {
            return Optional.empty();
        }
        var shift = unit.isEmpty() ? 0 : 10 * ("KMG".indexOf(unit.charAt(0)) + 1);
        return count > Long.MAX_VALUE >> shift ? Optional.empty() : Optional.of(count << shift);
    }
}

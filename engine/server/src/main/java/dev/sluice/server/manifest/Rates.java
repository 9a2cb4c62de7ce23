package dev.sluice.server.manifest;

import java.util.Optional;
import java.util.regex.Pattern;

/** Reads shares of events. */
public final class Rates {
    /** What a share looks like. */
    public static final String RULE = "must be a share from 0 to 1, such as 0.01, or a percentage such as 1%";

    private static final Pattern SHARE = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,6})?)(%?)");

    private Rates() {}

    /** The share, 0 to 1; empty when the text is none. */
    public static Optional<Double> parse(String text) {
        var match = SHARE.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        var number = Double.parseDouble(match.group(1));
        return Optional.of(match.group(2).isEmpty() ? number : number / 100).filter(share -> share <= 1);
    }
}

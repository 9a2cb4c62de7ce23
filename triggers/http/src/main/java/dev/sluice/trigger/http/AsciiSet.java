package dev.sluice.trigger.http;

/** ASCII letters, digits and a few characters more. */
final class AsciiSet {
    private static final String ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private final boolean[] members = new boolean[128];

    private AsciiSet(String characters) {
        for (var i = 0; i < characters.length(); i++) {
            members[characters.charAt(i)] = true;
        }
    }

    static AsciiSet alphanumericAnd(String more) {
        return new AsciiSet(ALPHANUMERIC + more);
    }

    boolean containsAll(CharSequence text, int from) {
        for (var i = from; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c >= members.length || !members[c]) {
                return false;
            }
        }
        return true;
    }
}

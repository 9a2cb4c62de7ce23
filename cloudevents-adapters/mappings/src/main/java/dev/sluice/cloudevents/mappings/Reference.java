package dev.sluice.cloudevents.mappings;

import org.jspecify.annotations.Nullable;

/**
 * A field or a header, and what of it is meant.
 *
 * @param name a JSON pointer, or a header's name behind an at sign
 * @param number of the field; -1 for a header
 * @param upto its text ends before the last one of these; empty: it does not
 * @param without what it may begin with and is left out; empty: nothing
 */
record Reference(String name, int number, String upto, String without) {
    private static final int WORDS = 3;

    /** @param tree takes the field */
    static Reference parse(String text, FieldTree tree) {
        var words = text.split(" ", -1);
        var name = words[0];
        var number = name.startsWith("@") ? -1 : tree.add(name);
        if (words.length == 1) {
            return new Reference(name, number, "", "");
        }
        if (words.length == WORDS && words[1].equals("upto")) {
            return new Reference(name, number, words[2], "");
        }
        if (words.length == WORDS && words[1].equals("without")) {
            return new Reference(name, number, "", words[2]);
        }
        throw new IllegalArgumentException("'" + text + "' must be a field or header, alone or with upto or without");
    }

    /** The text; null when it is missing. */
    @Nullable
    String in(Fields from) {
        var text = number < 0 ? from.header(name.substring(1)) : from.value(number);
        if (text == null) {
            return null;
        }
        if (!upto.isEmpty()) {
            var end = text.lastIndexOf(upto);
            return end < 0 ? text : text.substring(0, end);
        }
        return !without.isEmpty() && text.startsWith(without) ? text.substring(without.length()) : text;
    }
}

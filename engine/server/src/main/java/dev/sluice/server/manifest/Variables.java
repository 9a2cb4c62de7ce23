package dev.sluice.server.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills in environment variables, each named as {@code ${NAME}}, so that secrets need not stand in files. A second dollar
 * before it makes it plain text. With a colon in it, it is left to Kafka's own providers of configuration.
 */
final class Variables {
    private static final Pattern REFERENCE = Pattern.compile("(\\$?)\\$\\{([^}:]*)}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final Map<String, String> environment;

    Variables(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * A text with its variables filled in.
     *
     * @param text what is to be used; a secret, as far as anybody knows, when it was filled
     * @param mistakes a rule for each variable that is wrong or missing
     */
    record Filled(String text, boolean filled, List<String> mistakes) {}

    Filled fill(String text) {
        var mistakes = new ArrayList<String>();
        var found = REFERENCE.matcher(text);
        var filled = found.find();
        var result =
                found.reset().replaceAll(reference -> Matcher.quoteReplacement(value(reference.group(), mistakes)));
        return new Filled(result, filled, mistakes);
    }

    private String value(String reference, List<String> mistakes) {
        if (reference.startsWith("$$")) {
            return reference.substring(1);
        }
        var name = reference.substring(2, reference.length() - 1);
        if (!NAME.matcher(name).matches()) {
            mistakes.add(
                    "has '" + reference + "', where ${NAME} names an environment variable; a plain ${ is written $${");
            return "";
        }
        var value = environment.get(name);
        if (value == null) {
            mistakes.add("names the environment variable " + name + ", which is not set");
            return "";
        }
        return value;
    }
}

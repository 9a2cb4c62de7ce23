package dev.sluice.cloudevents.mappings;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A row of the specification's mappings: prose such as {@code "comment.url" value + `/` + "comment.commit_id" value},
 * read here as literally as it can be, and apart from the code under test.
 */
record SpecificationRow(
        String adapter,
        String event,
        String id,
        String source,
        String type,
        String dataContentType,
        String dataSchema,
        String subject,
        String time) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern TOKEN = Pattern.compile("\"([A-Za-z0-9_.-]+)\"|`([^`]*)`");
    private static final Pattern SECOND_CHOICE =
            Pattern.compile(" ?, unless|, if present| if exists| when available| without ");

    static SpecificationRow parse(String line) {
        var columns = line.split("\t", -1);
        return new SpecificationRow(
                columns[0],
                columns[1],
                columns[2],
                plain(columns[3]),
                plain(columns[5]),
                plain(columns[6]),
                plain(columns[7]),
                plain(columns[8]),
                plain(columns[9]));
    }

    /** Without the questions that the specification's authors left behind a hash. */
    private static String plain(String column) {
        var hash = column.indexOf(" #");
        return (hash < 0 ? column : column.substring(0, hash)).trim();
    }

    /** The value of X-GitHub-Event. */
    String kind() {
        return type.replaceAll("^`com\\.github\\.([a-z0-9_]+)\\.?`.*$", "$1");
    }

    /** A column in which the row differs from what is written there. */
    SpecificationRow amended(String column, String to) {
        return new SpecificationRow(
                adapter,
                event,
                id,
                column.equals("source") ? to : source,
                column.equals("type") ? to : type,
                dataContentType,
                column.equals("dataschema") ? to : dataSchema,
                column.equals("subject") ? to : subject,
                column.equals("time") ? to : time);
    }

    /**
     * The fields that the row names, each with a value of the kind that its column needs; those of the time by number.
     */
    Map<String, String> fields() {
        var fields = new LinkedHashMap<String, String>();
        names(id).forEach(name -> fields.put(name, "id-" + name));
        names(type).forEach(name -> fields.put(name, "type-" + name));
        names(subject).forEach(name -> fields.put(name, "subject of " + name));
        names(source).forEach(name -> fields.put(name, "https://example.com/" + name));
        var hour = 10;
        for (var name : names(time)) {
            fields.put(name, "2026-05-06T" + hour++ + ":00:00Z");
        }
        return fields;
    }

    /** What the expression gives of these fields; null when it leaves the attribute out. */
    static String value(String expression, Map<String, String> fields) {
        if (expression.equals("Omit") || expression.isEmpty()) {
            return null;
        }
        if (expression.equals("Current time")) {
            return Payloads.NOW_TEXT;
        }
        var choices = choices(expression);
        for (var choice : choices) {
            var text = concatenated(choice, fields);
            if (text != null) {
                return text;
            }
        }
        return expression.contains("Current time") ? Payloads.NOW_TEXT : null;
    }

    private static List<String> choices(String expression) {
        var cut = SECOND_CHOICE.matcher(expression);
        if (!cut.find()) {
            return List.of(expression);
        }
        var choices = new ArrayList<String>();
        choices.add(expression.substring(0, cut.start()));
        var then = expression.indexOf("then ");
        if (then > 0) {
            choices.add(expression.substring(then));
        }
        return choices;
    }

    private static String concatenated(String expression, Map<String, String> fields) {
        var out = new StringBuilder();
        var token = TOKEN.matcher(expression);
        while (token.find()) {
            var text = token.group(1) == null ? token.group(2) : fields.get(token.group(1));
            if (text == null) {
                return null;
            }
            out.append(text);
        }
        return out.toString();
    }

    /** The names of fields in an expression; headers and the word null are none. */
    static List<String> names(String expression) {
        var names = new ArrayList<String>();
        for (var choice : choices(expression)) {
            var token = TOKEN.matcher(choice);
            while (token.find()) {
                if (token.group(1) != null) {
                    names.add(token.group(1));
                }
            }
        }
        return names;
    }

    /** A payload with these fields, and others beside them. */
    static ObjectNode payload(Map<String, String> fields) {
        var root = MAPPER.createObjectNode();
        root.putArray("noise").addObject().put("url", "not this one");
        fields.forEach((path, text) -> {
            var node = root;
            var names = path.split("\\.", -1);
            for (var i = 0; i < names.length - 1; i++) {
                node = node.withObjectProperty(names[i]);
            }
            node.put(names[names.length - 1], text);
        });
        return root;
    }
}

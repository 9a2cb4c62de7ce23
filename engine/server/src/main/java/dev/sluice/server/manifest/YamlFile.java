package dev.sluice.server.manifest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads a YAML file as far as its node graph: no tag is ever instantiated, a list or map stands in one place only (an
 * alias of one is refused, since a few of them are enough for a graph that never ends), duplicate keys are mistakes.
 */
final class YamlFile {
    private static final int BYTES_MAX = 3 << 20;
    private static final int DEPTH_MAX = 50;
    private static final Set<Tag> KNOWN_TAGS =
            Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.TIMESTAMP, Tag.SEQ, Tag.MAP, Tag.MERGE);

    private final String file;
    private final Mistakes mistakes;
    private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private YamlFile(String file, Mistakes mistakes) {
        this.file = file;
        this.mistakes = mistakes;
    }

    /** The file's documents; those behind a syntax error are missing, and the error is told. */
    static List<Value> documents(Path path, Mistakes mistakes) {
        var name = path.toString();
        try {
            if (Files.size(path) > BYTES_MAX) {
                mistakes.add(Place.file(name), "", "", "is over 3 MiB: no manifest is that long");
                return List.of();
            }
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(path)));
            return new YamlFile(name, mistakes).compose(text.toString());
        } catch (CharacterCodingException notUtf8) {
            mistakes.add(Place.file(name), "", "", "is not UTF-8 text");
        } catch (IOException unreadable) {
            mistakes.add(Place.file(name), "", "", "can't be read: " + reason(unreadable));
        }
        return List.of();
    }

    static String reason(IOException error) {
        var message = error.getMessage();
        var kind = error.getClass().getSimpleName().replace("Exception", "");
        return message == null ? kind : kind + " " + message;
    }

    private List<Value> compose(String text) {
        var documents = new ArrayList<Value>();
        var options = new LoaderOptions();
        options.setCodePointLimit(BYTES_MAX);
        options.setNestingDepthLimit(DEPTH_MAX);
        options.setProcessComments(false);
        try {
            // A byte order mark is no part of the first key.
            var reader = new StreamReader(text.startsWith("\uFEFF") ? text.substring(1) : text);
            var composer = new Composer(new ParserImpl(reader, options), new Resolver(), options);
            while (composer.checkNode()) {
                var node = composer.getNode();
                if (node != null) {
                    documents.add(value(node, ""));
                }
            }
        } catch (MarkedYAMLException syntax) {
            var problem = syntax.getProblem() == null ? "is not YAML" : syntax.getProblem();
            var context = syntax.getContext() == null ? "" : " (" + syntax.getContext() + ")";
            mistakes.add(place(syntax.getProblemMark()), "", "", "not YAML: " + problem + context);
        } catch (ReaderException unreadable) {
            mistakes.add(placeOf(text, unreadable.getPosition()), "", "", "not YAML: a control character");
        } catch (YAMLException limit) {
            mistakes.add(Place.file(file), "", "", "not YAML: " + limit.getMessage());
        }
        return documents;
    }

    private Value value(Node node, String path) {
        var place = place(node.getStartMark());
        if (!KNOWN_TAGS.contains(node.getTag())) {
            mistakes.add(place, path, node.getTag().getValue(), "is a foreign tag: plain YAML values only");
        }
        if (node instanceof ScalarNode scalar) {
            return new Value.Scalar(place, scalar.getValue(), kind(node.getTag()));
        }
        if (!seen.add(node)) {
            mistakes.add(place, path, "", "is used again by an alias: write lists and maps out where they are meant");
            return new Value.Scalar(place, "", Value.Kind.NULL);
        }
        if (node instanceof SequenceNode list) {
            var values = new ArrayList<Value>();
            for (var item : list.getValue()) {
                values.add(value(item, path + "[" + values.size() + "]"));
            }
            return new Value.Items(place, List.copyOf(values));
        }
        return map((MappingNode) node, place, path);
    }

    private Value map(MappingNode map, Place place, String path) {
        var fields = new ArrayList<Value.Field>();
        Map<String, Place> keys = new HashMap<>();
        for (var entry : map.getValue()) {
            var keyPlace = place(entry.getKeyNode().getStartMark());
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                mistakes.add(keyPlace, path, "", "a key must be a single value");
                continue;
            }
            var name = key.getValue();
            var inner = path.isEmpty() ? name : path + "." + name;
            var first = keys.putIfAbsent(name, keyPlace);
            if (first != null) {
                mistakes.add(keyPlace, inner, "", "is there twice, first in line " + first.line());
                continue;
            }
            fields.add(new Value.Field(keyPlace, name, value(entry.getValueNode(), inner)));
        }
        return new Value.Fields(place, List.copyOf(fields));
    }

    private static Value.Kind kind(Tag tag) {
        if (tag.equals(Tag.NULL)) {
            return Value.Kind.NULL;
        }
        if (tag.equals(Tag.BOOL)) {
            return Value.Kind.BOOLEAN;
        }
        return tag.equals(Tag.INT) || tag.equals(Tag.FLOAT) ? Value.Kind.NUMBER : Value.Kind.TEXT;
    }

    private Place place(@Nullable Mark mark) {
        return mark == null ? Place.file(file) : new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
    }

    private Place placeOf(String text, int position) {
        var before = text.substring(0, Math.min(Math.max(position, 0), text.length()));
        var lineStart = before.lastIndexOf('\n') + 1;
        var line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        return new Place(file, line, before.length() - lineStart + 1);
    }
}

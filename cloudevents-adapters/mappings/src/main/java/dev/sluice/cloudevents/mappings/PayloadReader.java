package dev.sluice.cloudevents.mappings;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.mappings.RefusedPayloadException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads of a payload what a table asks for, in one pass and without a tree of the rest. It goes down along the table's
 * own names alone, so its depth is the table's; what lies beside them is passed over by the parser, within its limits.
 */
final class PayloadReader {
    private final MappingTable table;
    private final EventLimits limits;
    private final JsonFactory json;

    PayloadReader(MappingTable table, EventLimits limits) {
        this.table = table;
        this.limits = limits;
        this.json = JsonFactory.builder()
                // Offsets into the bytes need UTF-8, whatever they look like.
                .disable(JsonFactory.Feature.CHARSET_DETECTION)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.jsonDepth())
                        .maxNumberLength(limits.numberChars())
                        .build())
                .build();
    }

    /**
     * What was read.
     *
     * @param fields of the payload
     * @param records in their order; null when the payload has none
     */
    record Payload(Fields fields, @Nullable List<Item> records) {}

    /**
     * A record.
     *
     * @param from where it begins in the payload
     * @param end where it has ended
     */
    record Item(Fields fields, int from, int end) {}

    /** @throws RefusedPayloadException when it is not one JSON object, or passes a limit */
    Payload read(Function<String, @Nullable String> headers, byte[] body) {
        try (var parser = json.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw RefusedPayloadException.malformed("the body must be a JSON object");
            }
            var reading = new Reading(parser, headers);
            var fields = new Fields(headers, table.document());
            reading.object(table.document().root(), fields);
            if (parser.nextToken() != null) {
                throw RefusedPayloadException.malformed("the body must end with its JSON object");
            }
            return new Payload(fields, reading.records);
        } catch (IOException e) {
            throw notJson(e);
        }
    }

    private final class Reading {
        private final JsonParser parser;
        private final Function<String, @Nullable String> headers;
        private @Nullable List<Item> records;

        Reading(JsonParser parser, Function<String, @Nullable String> headers) {
            this.parser = parser;
            this.headers = headers;
        }

        /** The members of the object that was just begun. */
        void object(FieldTree.Node node, Fields into) throws IOException {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                var name = parser.currentName();
                var child = node.child(name);
                parser.nextToken();
                if (child == null) {
                    parser.skipChildren();
                } else {
                    into.once(child, name);
                    value(child, into);
                }
            }
        }

        private void value(FieldTree.Node node, Fields into) throws IOException {
            switch (parser.currentToken()) {
                case START_OBJECT -> object(node, into);
                case START_ARRAY -> {
                    if (isRecords(node, into)) {
                        records = items();
                    } else {
                        parser.skipChildren();
                    }
                }
                case VALUE_NULL -> {
                    // As good as missing.
                }
                default -> into.set(node, parser.getText());
            }
        }

        private boolean isRecords(FieldTree.Node node, Fields into) {
            return node.number() == table.recordsNumber() && into.isOf(table.document());
        }

        private List<Item> items() throws IOException {
            var items = new ArrayList<Item>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() != JsonToken.START_OBJECT) {
                    throw RefusedPayloadException.malformed("record " + items.size() + " must be a JSON object");
                }
                if (items.size() == limits.batchEvents()) {
                    var rule = "the body must not have more than " + limits.batchEvents() + " records";
                    throw new RefusedPayloadException(Reason.TOO_LARGE, table.records(), rule);
                }
                var from = (int) parser.currentTokenLocation().getByteOffset();
                var fields = new Fields(headers, table.record());
                object(table.record().root(), fields);
                items.add(new Item(fields, from, (int) parser.currentLocation().getByteOffset()));
            }
            return items;
        }
    }

    /** The parser's own messages quote the payload, so only the place is taken from them. */
    private RefusedPayloadException notJson(IOException e) {
        if (e instanceof StreamConstraintsException) {
            return RefusedPayloadException.malformed("the body must keep the limits of JSON: depth "
                    + limits.jsonDepth() + ", numbers of " + limits.numberChars() + " characters");
        }
        var at = e instanceof JsonProcessingException parse && parse.getLocation() != null
                ? parse.getLocation().getByteOffset()
                : -1;
        return RefusedPayloadException.malformed(
                "the body must be JSON" + (at < 0 ? "" : ", and is not at byte " + at));
    }
}

package dev.sluice.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON lines and makes batches of them that an engine takes with its default limits. A line with {@code
 * specversion} is an event and goes as it is; any other is the data of a new event. Empty lines are skipped.
 */
final class EventLines implements AutoCloseable {
    private static final int BATCH_EVENTS_MAX = 256;

    /** Half of the engine's default limit for one request; a single line may be longer and is then sent alone. */
    private static final int BATCH_BYTES_MAX = 512 * 1024;

    private static final int BATCH_CHARS_MAX = BATCH_BYTES_MAX / 3; // no character takes more than three bytes

    private static final int LINE_CHARS_MAX = 16 * 1024 * 1024;

    private final BufferedReader reader;
    private final Map<String, String> attributes;
    private long line;
    private @Nullable String pending;

    /** @param attributes of the events that are made of lines of data: all but the id */
    EventLines(InputStream stream, Map<String, String> attributes) {
        // A decoder of its own reports what is not UTF-8, where a charset would put in replacement characters.
        this.reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8.newDecoder()));
        this.attributes = attributes;
    }

    /** The next batch; null after the last line. A line that is not JSON ends the command. */
    @Nullable
    Outgoing next() throws IOException {
        var events = new ArrayList<String>();
        var ids = new ArrayList<String>();
        var chars = 0;
        while (events.size() < BATCH_EVENTS_MAX) {
            var event = pending != null ? pending : read();
            pending = null;
            if (event == null) {
                break;
            }
            if (!events.isEmpty() && chars + event.length() > BATCH_CHARS_MAX) {
                pending = event;
                break;
            }
            chars += event.length();
            events.add(event(event, ids));
        }
        return events.isEmpty() ? null : Outgoing.batch(events, ids);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    private String event(String text, List<String> ids) {
        try {
            var json = Json.read(text);
            if (ContentType.isEvent(json)) {
                ids.add(json.path("id").asText("?"));
                return text;
            }
        } catch (IOException notJson) {
            throw new CommandFailure(ExitCode.INVALID, "line " + line + " is not JSON: " + Text.fit(text, 80));
        }
        var id = UUID.randomUUID().toString();
        ids.add(id);
        var head =
                JsonNodeFactory.instance.objectNode().put("specversion", "1.0").put("id", id);
        attributes.forEach(head::put);
        var open = head.put("datacontenttype", ContentType.JSON).toString();
        // Spliced in as text, after it was read as one JSON value, so that its numbers stay as they were written.
        return open.substring(0, open.length() - 1) + ",\"data\":" + text + "}";
    }

    private @Nullable String read() throws IOException {
        while (true) {
            var text = readLine();
            if (text == null || !text.isBlank()) {
                return text;
            }
        }
    }

    private @Nullable String readLine() throws IOException {
        try {
            return readCharacters();
        } catch (CharacterCodingException notText) {
            throw new CommandFailure(ExitCode.INVALID, "what follows line " + line + " is not all UTF-8");
        }
    }

    private @Nullable String readCharacters() throws IOException {
        var text = new StringBuilder();
        for (var c = reader.read(); c >= 0; c = reader.read()) {
            if (c == '\n') {
                line++;
                return text.toString();
            }
            if (text.length() == LINE_CHARS_MAX) {
                var rule = " is longer than " + LINE_CHARS_MAX + " characters";
                throw new CommandFailure(ExitCode.INVALID, "line " + (line + 1) + rule);
            }
            text.append((char) c);
        }
        line++;
        return text.length() == 0 ? null : text.toString();
    }
}

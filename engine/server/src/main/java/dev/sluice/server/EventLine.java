package dev.sluice.server;

import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/**
 * What a terminal shows of an event: time, topic, type, id and the begin of its data, on one line whatever is in it.
 *
 * @param ansi whether to colour
 * @param topicWidth characters that the topic is padded to
 */
record EventLine(Ansi ansi, int topicWidth) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
    private static final int TYPE_WIDTH = 26;
    private static final int TYPE_MAX = 64;
    private static final int ID_MAX = 48;
    private static final int DATA_MAX = 96;

    private static final String PLAIN = "0";
    private static final String DIM = "2";
    private static final String TOPIC = "36";
    private static final String FAILURE = "31";

    /** An event that came onto a topic; a dead letter also tells why it is one. */
    String event(LocalTime time, String topic, CloudEvent event) {
        var reason = text(event, "dlreason");
        var line = new StringBuilder(paint(DIM, TIME.format(time)))
                .append("  ")
                .append(paint(reason == null ? TOPIC : FAILURE, pad(topic, topicWidth)))
                .append("  ")
                .append(pad(plain(event.getType(), TYPE_MAX), TYPE_WIDTH))
                .append("  ")
                .append(plain(event.getId(), ID_MAX))
                .append("  ");
        if (reason == null) {
            return line.append(paint(DIM, data(event))).toString();
        }
        var why = reason + " after " + text(event, "dlattempts") + ": " + text(event, "dlerror");
        return line.append(paint(FAILURE, plain(why, DATA_MAX * 2))).toString();
    }

    /** Something that went wrong. */
    String failure(LocalTime time, String what, String text) {
        return paint(DIM, TIME.format(time)) + "  " + paint(FAILURE, pad(what, topicWidth) + "  " + plain(text, 256));
    }

    String dim(String text) {
        return paint(DIM, text);
    }

    private static @Nullable String text(CloudEvent event, String attribute) {
        return WireEvent.textOf(event, attribute);
    }

    private static String data(CloudEvent event) {
        var data = event.getData();
        if (data == null) {
            return "";
        }
        var bytes = data.toBytes();
        // A character has up to four bytes: more than these are never shown.
        var text = new String(bytes, 0, Math.min(bytes.length, DATA_MAX * 4), StandardCharsets.UTF_8);
        return plain(text, DATA_MAX);
    }

    /**
     * One line, cut at its limit: what could move a cursor, change a colour or reorder the text becomes a question
     * mark.
     */
    private static String plain(String text, int charsMax) {
        var shown = new StringBuilder();
        text.codePoints().limit(charsMax).forEach(point -> shown.appendCodePoint(isUnsafe(point) ? '?' : point));
        return text.codePointCount(0, text.length()) > charsMax
                ? shown.append('…').toString()
                : shown.toString();
    }

    private static boolean isUnsafe(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    private static String pad(String text, int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }

    private String paint(String code, String text) {
        return ansi.enabled() && !code.equals(PLAIN) ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}

package dev.sluice.server;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * One record, one line, whatever is in it: line breaks and other control characters of messages and exceptions are
 * escaped, so that no one can write a line of their own into the log.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
    private static final int FRAMES_MAX = 12;
    private static final int CAUSES_MAX = 4;
    private static final int CHARS_MAX = 8_192;
    private static final String OURS = "dev.sluice.";

    @Override
    public String doLayout(ILoggingEvent event) {
        var line = new StringBuilder(128);
        TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
        line.append(' ')
                .append(event.getLevel())
                .append(event.getLevel().levelStr.length() == 4 ? "  " : " ");
        var logger = event.getLoggerName();
        line.append(logger.startsWith(OURS) ? logger.substring(OURS.length()) : logger)
                .append(": ");
        append(line, event.getFormattedMessage());
        var cause = event.getThrowableProxy();
        for (var depth = 0; cause != null && depth < CAUSES_MAX; depth++) {
            append(line, depth == 0 ? " | " : " | caused by ", cause);
            cause = cause.getCause();
        }
        if (line.length() > CHARS_MAX) {
            line.setLength(CHARS_MAX);
            line.append('…');
        }
        return line.append('\n').toString();
    }

    private static void append(StringBuilder line, String before, IThrowableProxy thrown) {
        line.append(before).append(thrown.getClassName());
        if (thrown.getMessage() != null) {
            line.append(": ");
            append(line, thrown.getMessage());
        }
        var frames = thrown.getStackTraceElementProxyArray();
        for (var i = 0; frames != null && i < Math.min(FRAMES_MAX, frames.length); i++) {
            line.append(i == 0 ? " at " : " < ").append(frames[i].getStackTraceElement());
        }
    }

    private static void append(StringBuilder line, String text) {
        for (var i = 0; i < text.length() && line.length() <= CHARS_MAX; i++) {
            var c = text.charAt(i);
            if (isPlain(c)) {
                line.append(c);
            } else {
                line.append(
                        switch (c) {
                            case '\n' -> "\\n";
                            case '\r' -> "\\r";
                            case '\t' -> "\\t";
                            default -> String.format("\\u%04x", (int) c);
                        });
            }
        }
    }

    private static boolean isPlain(char c) {
        return c < 0x7F ? c >= ' ' : c >= 0xA0 && !isInvisible(c);
    }

    private static boolean isInvisible(char c) {
        var type = Character.getType(c);
        return type == Character.FORMAT || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR;
    }
}

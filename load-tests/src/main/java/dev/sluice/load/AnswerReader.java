package dev.sluice.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * Finds the ends of HTTP/1.1 answers in the bytes of one connection, in pieces of any size; bodies are passed over.
 * Answers come one after another: none is asked for before the last one has ended. Not for several threads.
 */
final class AnswerReader {
    private static final int LINE_MAX = 8_192;
    private static final int STATUS_AT = "HTTP/1.1 ".length();

    /** What comes next. */
    private enum Part {
        START,
        HEADER,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER
    }

    private final StringBuilder line = new StringBuilder();
    private Part part = Part.START;
    private int status;
    private long left;
    private boolean chunked;

    /** The status of the last answer that has ended. */
    int status() {
        return status;
    }

    /**
     * Takes what has arrived. True when an answer has ended with it.
     *
     * @throws IOException when it is no HTTP, or more than one answer
     */
    boolean read(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            var ended = (part == Part.BODY || part == Part.CHUNK) ? skip(bytes) : endOfLine(bytes) && took();
            if (ended) {
                part = Part.START;
                if (bytes.hasRemaining()) {
                    throw new IOException(bytes.remaining() + " bytes behind the end of an answer");
                }
                return true;
            }
        }
        return false;
    }

    private boolean skip(ByteBuffer bytes) {
        var some = (int) Math.min(left, bytes.remaining());
        bytes.position(bytes.position() + some);
        left -= some;
        if (left > 0) {
            return false;
        }
        if (part == Part.BODY) {
            return true;
        }
        part = Part.CHUNK_END;
        return false;
    }

    private boolean endOfLine(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            var next = (char) bytes.get();
            if (next == '\n') {
                return true;
            }
            if (next != '\r') {
                line.append(next);
            }
            if (line.length() > LINE_MAX) {
                throw new IOException("a line of over " + LINE_MAX + " bytes in an answer");
            }
        }
        return false;
    }

    /** Takes a whole line; true when the answer ends with it. */
    private boolean took() throws IOException {
        var text = line.toString();
        line.setLength(0);
        try {
            return took(text);
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            throw new IOException("no HTTP answer: " + text, e);
        }
    }

    private boolean took(String text) throws IOException {
        switch (part) {
            case START -> start(text);
            case HEADER -> {
                if (text.isEmpty()) {
                    return headEnds();
                }
                header(text.toLowerCase(Locale.ROOT));
            }
            case CHUNK_SIZE -> {
                var end = text.indexOf(';');
                left = Long.parseLong(end < 0 ? text : text.substring(0, end), 16);
                part = left == 0 ? Part.TRAILER : Part.CHUNK;
            }
            case CHUNK_END -> part = Part.CHUNK_SIZE;
            case TRAILER -> {
                return text.isEmpty();
            }
            default -> throw new IllegalStateException("no lines are read in " + part);
        }
        return false;
    }

    private void start(String text) throws IOException {
        if (!text.startsWith("HTTP/1.1 ")) {
            throw new IOException("no HTTP answer: " + text);
        }
        status = Integer.parseInt(text.substring(STATUS_AT, STATUS_AT + 3));
        left = 0;
        chunked = false;
        part = Part.HEADER;
    }

    private void header(String text) {
        if (text.startsWith("content-length:")) {
            left = Long.parseLong(text.substring("content-length:".length()).strip());
        } else if (text.startsWith("transfer-encoding:")) {
            chunked = text.endsWith("chunked");
        }
    }

    private boolean headEnds() {
        part = chunked ? Part.CHUNK_SIZE : Part.BODY;
        return !chunked && left == 0;
    }
}

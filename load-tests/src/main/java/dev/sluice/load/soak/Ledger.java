package dev.sluice.load.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is only appended to, one write per line, by any number of threads and processes. A line is in the page
 * cache when {@link #append} returns, which outlives a kill of the process.
 */
final class Ledger implements AutoCloseable {
    private final FileChannel channel;

    Ledger(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    void append(String line) {
        try {
            var bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the ledger cannot be written", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

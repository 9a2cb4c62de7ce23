package dev.sluice.load.soak;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/** Reads a ledger while it is written: each call goes on where the last one ended. Not for several threads. */
final class LedgerTail implements AutoCloseable {
    private static final int CHUNK_BYTES = 1 << 16;

    private final FileChannel channel;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();

    LedgerTail(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Hands on every line that is complete by now; a last one without its end waits for it. */
    void read(Consumer<String> lines) throws IOException {
        while (channel.read(chunk.clear()) > 0) {
            chunk.flip();
            while (chunk.hasRemaining()) {
                var next = chunk.get();
                if (next == '\n') {
                    lines.accept(unfinished.toString(StandardCharsets.US_ASCII));
                    unfinished.reset();
                } else {
                    unfinished.write(next);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

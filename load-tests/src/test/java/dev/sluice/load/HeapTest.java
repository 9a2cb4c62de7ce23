package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeapTest {
    @TempDir
    private Path folder;

    @Test
    void tellsTheHighestOccupancySinceItLastLooked() throws IOException {
        var log = folder.resolve("gc.log");
        var heap = new Heap(log);
        assertThat(heap.maxSince()).isEqualTo(-1);

        Files.writeString(log, """
                [0.010s][info][gc] Using G1
                [1.234s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 24M->6M(256M) 3.1ms
                [1.834s][info][gc] GC(1) Pause Young (Normal) (G1 Evacuation Pause) 150M->64M(256M) 5.1ms
                """);
        assertThat(heap.maxSince()).isEqualTo(64);

        Files.writeString(
                log,
                "[2.0s][info][gc] GC(2) Pause Full (Diagnostic Command) 70M->61M(256M) 9ms\n",
                StandardOpenOption.APPEND);
        assertThat(heap.maxSince()).isEqualTo(61);
        assertThat(heap.maxSince()).isEqualTo(-1);
    }
}

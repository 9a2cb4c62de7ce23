package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.server.manifest.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineManifestTest {
    @TempDir
    private Path folder;

    @Test
    void everyDialHasAFunctionAndATriggerOfItsOwn() throws Exception {
        var reader = new EngineManifest.Reader("orders", "key", "Slow", 64, Map.of("millis", "20"));
        var text = new EngineManifest("127.0.0.1:9092", 500)
                .add(reader, "group", List.of(Path.of("a.dial"), Path.of("b.dial")))
                .toString();

        var manifest = Manifest.read(List.of(Files.writeString(folder.resolve("sluice.yaml"), text)));

        assertThat(manifest.functions()).hasSize(2);
        assertThat(manifest.triggers()).hasSize(2);
        assertThat(manifest.warnings()).isEmpty();
    }
}
